/** Converts events between the API and the wire. */

import type {
  ExecutionEventName,
  ExecutionEvents,
  LineEvent,
  OutputStream,
  StartedEvent,
  TerminalEvent,
} from '../../../types/events';
import type { ExecutionOutcome, ExecutionResult } from '../../../types/result';
import type {
  WireEvent,
  WireEventBase,
  WireLines,
  WireOutcome,
  WireResult,
} from '../../../types/wire';
import type { WirePlanEvent } from '../../../types/wire-plan';
import type { LineBatch } from '../../core/index';
import { linesOf, STREAM_NAMES } from '../../core/index';
import { outcomeFromWire, outcomeToWire, resultToWire } from './result';
import { timeFromWire, timeToWire } from './values';

/** The events that cross the wire: all except `settled`, which the other side derives from the terminal event. */
export type WiredEventName = Exclude<ExecutionEventName, 'settled'>;

/** An event of the engine: its name and its payload. */
export type NamedEvent = {
  [Name in WiredEventName]: { name: Name; payload: ExecutionEvents[Name] };
}[WiredEventName];

/**
 * An event of an engine in the form of the crate: the payload of the Tauri event `execution-event`.
 * @example
 * ```ts
 * engine.on('started', (payload) => send('execution-event', eventToWire('started', payload)));
 * ```
 */
export function eventToWire<Name extends WiredEventName>(
  name: Name,
  payload: ExecutionEvents[Name],
): WireEvent {
  const event = { name, payload } as NamedEvent;
  const base = baseToWire(event.payload);
  switch (event.name) {
    case 'started':
      return startedToWire(event.payload);
    case 'stdout':
    case 'stderr':
      return lineToWire(event.name, event.payload);
    case 'output': {
      const { stream, lines, firstSeq: first_seq, partial } = event.payload;
      return { event_type: 'output', ...base, stream, lines, first_seq, partial };
    }
    case 'progress': {
      const { fraction, label } = event.payload;
      return { event_type: 'progress', ...base, fraction, label };
    }
    case 'echo': {
      const { enabled, canonical } = event.payload;
      return { event_type: 'echo', ...base, enabled, canonical };
    }
    case 'removed':
      return { event_type: 'removed', ...base, reason: event.payload.reason };
    case 'statusChanged': {
      const { oldStatus: old_status, newStatus: new_status } = event.payload;
      return { event_type: 'status_changed', ...base, old_status, new_status };
    }
    default:
      return terminalToWire(event.payload);
  }
}

/**
 * The event of the engine for an event in the form of the crate. `undefined` if it is unknown here: an event of a plan, see
 * `planEventFromWire()`, or one of another version.
 * @example
 * ```ts
 * await listen<WireEvent>('execution-event', ({ payload }) => show(eventFromWire(payload)));
 * ```
 */
export function eventFromWire(given: WireEvent | WirePlanEvent): NamedEvent | undefined {
  if (!Object.hasOwn(given, 'execution_id')) return undefined;
  const wire = given as WireEvent;
  const base = baseFromWire(wire);
  switch (wire.event_type) {
    case 'started': {
      const { pid, command } = wire;
      return { name: 'started', payload: { ...base, pid, command } };
    }
    case 'stdout':
    case 'stderr': {
      const { event_type: name, line, seq, partial } = wire;
      return { name, payload: { ...base, line, seq, partial } };
    }
    case 'output': {
      const { stream, lines, first_seq: firstSeq, partial } = wire;
      return { name: 'output', payload: { ...base, stream, lines, firstSeq, partial } };
    }
    case 'progress': {
      // The crate's `progress` is about plans and has other fields.
      if (!Object.hasOwn(wire, 'fraction')) return undefined;
      const { fraction, label } = wire;
      return { name: 'progress', payload: { ...base, fraction, label } };
    }
    case 'echo': {
      const { enabled, canonical } = wire;
      return { name: 'echo', payload: { ...base, enabled, canonical } };
    }
    case 'removed':
      return { name: 'removed', payload: { ...base, reason: wire.reason } };
    case 'status_changed': {
      const { old_status: oldStatus, new_status: newStatus } = wire;
      return { name: 'statusChanged', payload: { ...base, oldStatus, newStatus } };
    }
    case 'completed':
    case 'failed':
    case 'timeout':
    case 'cancelled':
      return { name: wire.event_type, payload: { ...base, result: outcomeFromWire(wire.result) } };
    default:
      return undefined;
  }
}

/** `result`: with the output, for an event that carries it. */
export function terminalToWire(
  event: TerminalEvent,
  result: ExecutionOutcome | ExecutionResult = event.result,
): WireEvent {
  const base = baseToWire(event);
  const outcome = outcomeToWire(result);
  switch (result.status) {
    case 'completed':
      return { event_type: 'completed', ...base, result: wholeToWire(result) };
    case 'failed':
      return { event_type: 'failed', ...base, error: outcome.error ?? '', result: outcome };
    case 'timeout':
      return { event_type: 'timeout', ...base, timeout_ms: timeoutOf(result), result: outcome };
    case 'cancelled':
      return { event_type: 'cancelled', ...base, result: outcome };
  }
}

/** Lines in the form of the crate: an event for each line. As text, since there may be very many. */
export function linesToJson(executionId: string, key: string | null, batch: LineBatch): string {
  const keyField = key === null ? '' : `"key":${JSON.stringify(key)},`;
  const head = `{"type":"event","payload":{"event_type":"${STREAM_NAMES[batch.stream]}","execution_id":"${executionId}","timestamp":"${timeToWire(batch.timestamp ?? 0)}",${keyField}"line":`;
  const last = batch.count - 1;
  return linesOf(batch)
    .map(
      (line, index) =>
        `${head}${JSON.stringify(line)},"seq":${batch.firstSeq + index},"partial":${batch.partial && index === last}}}`,
    )
    .join('\n');
}

export function linesToWire(batch: LineBatch): WireLines {
  return {
    stream: STREAM_NAMES[batch.stream],
    lines: linesOf(batch),
    first_seq: batch.firstSeq,
    partial: batch.partial,
  };
}

export function outputToWire(executionId: string, key: string | null, batch: LineBatch): WireEvent {
  const base = baseToWire({ executionId, timestamp: batch.timestamp ?? 0, key });
  return { event_type: 'output', ...base, ...linesToWire(batch) };
}

function startedToWire(event: StartedEvent): WireEvent {
  const { command, pid } = event;
  return { event_type: 'started', ...baseToWire(event), command, pid };
}

function lineToWire(stream: OutputStream, event: LineEvent): WireEvent {
  const { line, seq, partial } = event;
  return { event_type: stream, ...baseToWire(event), line, seq, partial };
}

type Base = { executionId: string; timestamp: number; key: string | null };

/** Without a key the event has no field for it, as in the crate. */
function baseToWire({ executionId, timestamp, key }: Base): WireEventBase {
  const base = { execution_id: executionId, timestamp: timeToWire(timestamp) };
  return key === null ? base : { ...base, key };
}

function baseFromWire({ execution_id, timestamp, key = null }: WireEvent): Base {
  return { executionId: execution_id, timestamp: timeFromWire(timestamp), key };
}

function wholeToWire(result: ExecutionOutcome | ExecutionResult): WireOutcome | WireResult {
  // Own: with a polluted `Object.prototype` every outcome seems to have output.
  return Object.hasOwn(result, 'stdout')
    ? (resultToWire(result as ExecutionResult) as WireResult)
    : outcomeToWire(result);
}

/** The timeout is only in the message, in the words of the crate: `Execution timeout after 100ms`. */
function timeoutOf({ error, durationMs }: ExecutionOutcome): number {
  return Number(/(\d+(?:\.\d+)?)ms/.exec(error?.message ?? '')?.[1] ?? Math.round(durationMs));
}
