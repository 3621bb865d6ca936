/** The events of one execution: its start, its progress, the echo of its terminal, its refusal and its end. */

import type { StartedEvent } from '../../../types/events';
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
  started: Omit<StartedEvent, 'executionId' | 'timestamp'>,
): void {
  const { emitters, id: executionId, resource } = state;
  const isWanted = (emitter: ExecutionEmitter) =>
    emitter.listenerCount('started') + emitter.listenerCount('statusChanged') > 0;
  if (!emitters.some(isWanted)) return;
  resource.runInAsyncScope(() => {
    publish(emitters, 'started', { executionId, timestamp, ...started });
    const change = { oldStatus: 'pending', newStatus: 'running' } as const;
    publish(emitters, 'statusChanged', { executionId, timestamp, ...change });
  });
}

export function emitEcho(
  { emitters, id: executionId, resource }: ExecutionState,
  timestamp: number,
  enabled: boolean,
  canonical: boolean,
): void {
  const payload = { executionId, timestamp, enabled, canonical };
  resource.runInAsyncScope(publish, undefined, emitters, 'echo', payload);
}

/** Emits the progress that the output of an execution reports. */
export function progressOf(state: ExecutionState, rule: ProgressRule): ProgressTracker {
  const { id: executionId, emitters, resource } = state;
  return new ProgressTracker(rule, (progress, timestamp) => {
    const payload = { executionId, timestamp, ...progress };
    resource.runInAsyncScope(publish, undefined, emitters, 'progress', payload);
  });
}

/** Emits the terminal events, after the last progress. Called if something listens. */
export function emitEnd(
  state: ExecutionState,
  oldStatus: ExecutionStatus,
  timestamp: number,
): void {
  const { emitters, id: executionId, progress, rejects, resource, trace } = state;
  const outcome = state.outcome as ExecutionOutcome;
  const newStatus = outcome.status;
  const emit = (): void => {
    publish(emitters, 'statusChanged', { executionId, timestamp, oldStatus, newStatus });
    const payload = { executionId, timestamp, result: outcome };
    publish(emitters, newStatus, payload);
    publish(emitters, 'settled', payload);
  };
  resource.runInAsyncScope(() => {
    progress?.end();
    if (trace === undefined) emit();
    else trace.ended(outcome, rejects, emit);
  });
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
