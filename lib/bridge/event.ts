/** Events, from the API to the wire and back. */

import type {
  OutputEvent,
  StartedEvent,
  StatusChangedEvent,
  TerminalEvent,
} from '../../types/events';
import type { ExecutionOutcome, ExecutionResult } from '../../types/result';
import type { WireEvent, WireLines, WireOutcome, WireResult } from '../../types/wire';
import type { LineBatch } from '../lines';
import { STREAM_NAMES } from '../stream-names';
import { outcomeFromWire, outcomeToWire, resultToWire } from './result';
import { timeFromWire, timeToWire } from './values';

type Of<Type extends WireEvent['event_type']> = Extract<WireEvent, { event_type: Type }>;

export function startedToWire(event: StartedEvent): Of<'started'> {
  const { executionId, timestamp, command, pid } = event;
  return {
    event_type: 'started',
    execution_id: executionId,
    timestamp: timeToWire(timestamp),
    command,
    pid,
  };
}

export function startedFromWire(wire: Of<'started'>): StartedEvent {
  const { pid, command } = wire;
  return { ...baseFromWire(wire), pid, command };
}

export function statusChangedToWire(event: StatusChangedEvent): Of<'status_changed'> {
  return {
    event_type: 'status_changed',
    execution_id: event.executionId,
    timestamp: timeToWire(event.timestamp),
    old_status: event.oldStatus,
    new_status: event.newStatus,
  };
}

export function statusChangedFromWire(wire: Of<'status_changed'>): StatusChangedEvent {
  return { ...baseFromWire(wire), oldStatus: wire.old_status, newStatus: wire.new_status };
}

/** `result`: with its output, where the event is to bear it. */
export function terminalToWire(
  event: TerminalEvent,
  result: ExecutionOutcome | ExecutionResult = event.result,
): Of<'completed' | 'failed' | 'timeout' | 'cancelled'> {
  const base = { execution_id: event.executionId, timestamp: timeToWire(event.timestamp) };
  const { status } = result;
  switch (status) {
    case 'completed':
      return { event_type: status, ...base, result: wholeToWire(result) };
    case 'failed':
      return {
        event_type: status,
        ...base,
        error: result.error?.message ?? '',
        result: outcomeToWire(result),
      };
    case 'timeout':
      return {
        event_type: status,
        ...base,
        timeout_ms: timeoutOf(result),
        result: outcomeToWire(result),
      };
    case 'cancelled':
      return { event_type: status, ...base, result: outcomeToWire(result) };
  }
}

export function terminalFromWire(wire: WireEvent & { result: WireOutcome }): TerminalEvent {
  return { ...baseFromWire(wire), result: outcomeFromWire(wire.result) };
}

/** Lines in the form of the crate: an event for each. Text, as there may be very many. */
export function linesToJson(executionId: string, batch: LineBatch): string {
  const head = `{"type":"event","payload":{"event_type":"${STREAM_NAMES[batch.stream]}","execution_id":"${executionId}","timestamp":"${timeToWire(batch.timestamp ?? 0)}","line":`;
  const last = batch.count - 1;
  return batch.text
    .split('\n')
    .map(
      (line, index) =>
        `${head}${JSON.stringify(line)},"seq":${batch.firstSeq + index},"partial":${batch.partial && index === last}}}`,
    )
    .join('\n');
}

export function linesToWire(batch: LineBatch): WireLines {
  return {
    stream: STREAM_NAMES[batch.stream],
    lines: batch.text.split('\n'),
    first_seq: batch.firstSeq,
    partial: batch.partial,
  };
}

export function outputToWire(executionId: string, batch: LineBatch): Of<'output'> {
  return {
    event_type: 'output',
    execution_id: executionId,
    timestamp: timeToWire(batch.timestamp ?? 0),
    ...linesToWire(batch),
  };
}

export function outputFromWire(wire: Of<'output'>): OutputEvent {
  const { stream, lines, first_seq: firstSeq, partial } = wire;
  return { ...baseFromWire(wire), stream, lines, firstSeq, partial };
}

function baseFromWire(wire: WireEvent): { executionId: string; timestamp: number } {
  return { executionId: wire.execution_id, timestamp: timeFromWire(wire.timestamp) };
}

function wholeToWire(result: ExecutionOutcome | ExecutionResult): WireOutcome | WireResult {
  return 'stdout' in result ? (resultToWire(result) as WireResult) : outcomeToWire(result);
}

/** The engine says it in the words of the crate only: `Execution timeout after 100ms`. */
function timeoutOf({ error, durationMs }: ExecutionOutcome): number {
  return Number(/(\d+(?:\.\d+)?)ms/.exec(error?.message ?? '')?.[1] ?? Math.round(durationMs));
}
