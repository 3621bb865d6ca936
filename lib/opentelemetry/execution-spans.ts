/** A span for each execution, with the attributes of the semantic conventions for processes and commands. */

import {
  type Attributes,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import type { StartedEvent } from '../../types/events';
import type { ExecutionOutcome } from '../../types/result';
import { ownValue } from '../core/index';
import { SCOPE, VERSION } from './scope';

export class ExecutionSpans {
  readonly #tracer: Tracer;
  /** The spans of executions that run. */
  readonly #open = new Map<string, Span>();

  constructor(provider: TracerProvider) {
    this.#tracer = provider.getTracer(SCOPE, VERSION);
  }

  /** Events are emitted in the context of the call that requested the execution, so the active span is the parent. */
  started({ executionId, timestamp, pid, command }: StartedEvent): void {
    this.#open.set(executionId, this.#start(executionId, command, timestamp, pid));
  }

  settled(result: ExecutionOutcome): void {
    const { id, command, startedAt, pid, completedAt, success, error } = result;
    // Without a process, or one that started before the engine was instrumented.
    const span = this.#open.get(id) ?? this.#start(id, command, startedAt, pid);
    this.#open.delete(id);
    span.setAttributes(endAttributes(result));
    if (!success) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: error?.message ?? result.status });
    }
    span.end(completedAt);
  }

  endAll(): void {
    for (const span of this.#open.values()) span.end();
    this.#open.clear();
  }

  #start(id: string, command: string, startTime: number, pid: number | null): Span {
    const name = executableOf(command);
    const attributes: Attributes = {
      'process.executable.name': name,
      'process.command_line': command,
      'escher.execution.id': id,
    };
    if (pid !== null) attributes['process.pid'] = pid;
    return this.#tracer.startSpan(name, { kind: SpanKind.CLIENT, startTime, attributes });
  }
}

function endAttributes(result: ExecutionOutcome): Attributes {
  const { status, exitCode, signal, queuedMs, error, termination } = result;
  const attributes: Attributes = {
    'escher.execution.status': status,
    'escher.execution.queue_time': queuedMs / 1000,
  };
  if (exitCode !== null) attributes['process.exit.code'] = exitCode;
  if (signal !== null) attributes['escher.execution.signal'] = signal;
  if (error !== null) attributes['error.type'] = error.code;
  if (termination !== null) {
    attributes['escher.execution.termination_reason'] = termination.reason;
    attributes['escher.execution.survivors'] = termination.survivors.length;
  }
  const key = ownValue(result, 'key');
  if (typeof key === 'string') attributes['escher.execution.key'] = key;
  return attributes;
}

/** The first word of a command, without its folder. Assignments before it may have secrets. */
export function executableOf(command: string): string {
  const words = command.trim().split(/\s+/, 32);
  const first = words.find((word) => !/^\w+=/.test(word)) ?? '';
  return first.replace(/^.*[/\\]/, '').replaceAll(/["'`;|&()]/g, '') || 'command';
}
