/** The events of one execution: its start, its progress, the echo of its terminal, its refusal and its end. */

import type { RemovedEvent } from '../../../types/events';
import type { NativeError } from '../../../types/native';
import type { ExecutionOutcome, ExecutionStatus } from '../../../types/result';
import { fromNative } from '../errors';
import { publish } from '../events/dispatch';
import type { ExecutionEmitter } from '../events/emitter';
import type { ProgressRule } from '../options/progress';
import type { ExecutionState } from './execution-state';
import { ProgressTracker } from './progress-tracker';

export function emitStarted(
  state: ExecutionState,
  timestamp: number,
  pid: number,
  command: string,
): void {
  const { emitters, id: executionId, key, resource } = state;
  const isWanted = (emitter: ExecutionEmitter) =>
    emitter.listenerCount('started') + emitter.listenerCount('statusChanged') > 0;
  if (!emitters.some(isWanted)) return;
  resource.runInAsyncScope(() => {
    publish(emitters, 'started', { executionId, timestamp, key, pid, command });
    const change = { oldStatus: 'pending', newStatus: 'running' } as const;
    publish(emitters, 'statusChanged', { executionId, timestamp, key, ...change });
  });
}

export function emitEcho(
  { emitters, id: executionId, key, resource }: ExecutionState,
  timestamp: number,
  enabled: boolean,
  canonical: boolean,
): void {
  const payload = { executionId, timestamp, key, enabled, canonical };
  resource.runInAsyncScope(publish, undefined, emitters, 'echo', payload);
}

/** Emits the progress that the output of an execution reports. */
export function progressOf(state: ExecutionState, rule: ProgressRule): ProgressTracker {
  const { id: executionId, emitters, resource } = state;
  return new ProgressTracker(rule, (progress, timestamp) => {
    const payload = { executionId, timestamp, key: state.key, ...progress };
    resource.runInAsyncScope(publish, undefined, emitters, 'progress', payload);
  });
}

/** Emits the terminal events, after the last progress. Called if something listens. */
export function emitEnd(
  state: ExecutionState,
  oldStatus: ExecutionStatus,
  timestamp: number,
): void {
  const { emitters, id: executionId, key, progress, rejects, resource, trace } = state;
  const outcome = state.outcome as ExecutionOutcome;
  const newStatus = outcome.status;
  const emit = (): void => {
    publish(emitters, 'statusChanged', { executionId, timestamp, key, oldStatus, newStatus });
    const payload = { executionId, timestamp, key, result: outcome };
    publish(emitters, newStatus, payload);
    publish(emitters, 'settled', payload);
  };
  resource.runInAsyncScope(() => {
    progress?.end();
    if (trace === undefined) emit();
    else trace.ended(outcome, rejects, emit);
  });
}

/** In the order of `RecordKind` Removed in `types/native.d.ts`. */
const REMOVAL_REASONS = ['retention', 'count', 'request'] as const;

/** Emits that a record was dropped: the one at `at` in the entries of a native record. */
export function emitRemoved(
  emitter: ExecutionEmitter,
  timestamp: number,
  entries: readonly unknown[],
  at: number,
): void {
  const [executionId, reason, key] = entries.slice(at + 1, at + 4) as [string, 0 | 1 | 2, null];
  const payload: RemovedEvent = { executionId, timestamp, key, reason: REMOVAL_REASONS[reason] };
  publish([emitter], 'removed', payload);
}

/** A refused execution has no terminal events; subscribers of the tracing channel get the error. */
export function traceRefusal(
  { progress, resource, trace }: ExecutionState,
  error: Error | NativeError,
): void {
  if (progress === undefined && trace === undefined) return;
  resource.runInAsyncScope(() => {
    progress?.end();
    trace?.refused(error instanceof Error ? error : fromNative(error));
  });
}
