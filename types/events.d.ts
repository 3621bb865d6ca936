/**
 * Public contract: the events of an engine and of an {@link Execution}. Every payload is plain
 * data.
 */

import type { ExecutionOutcome, ExecutionStatus } from './result';

/** Which of its two streams a command wrote to. */
export type OutputStream = 'stdout' | 'stderr';

interface EventBase {
  executionId: string;
  /** Milliseconds since the epoch. */
  timestamp: number;
}

/** The process is there. */
export interface StartedEvent extends EventBase {
  pid: number;
  /** The command in printable form. */
  command: string;
}

/** Several lines of one stream: the efficient form. Without their terminators. */
export interface OutputEvent extends EventBase {
  stream: OutputStream;
  lines: string[];
  /** Number of the first line; it counts over both streams of the execution. */
  firstSeq: number;
  /** The last entry of `lines` is unfinished; its next piece has the next number. */
  partial: boolean;
}

/** One line. */
export interface LineEvent extends EventBase {
  line: string;
  seq: number;
  /** The line is unfinished; its next piece has the next number. */
  partial: boolean;
}

/** The end. */
export interface TerminalEvent extends EventBase {
  /** Without the output text: ask `engine.getResult(executionId)` for it. */
  result: ExecutionOutcome;
}

/** It went from one status to the next. */
export interface StatusChangedEvent extends EventBase {
  oldStatus: ExecutionStatus;
  newStatus: ExecutionStatus;
}

/**
 * Names and payloads. In this order for each execution: `started`, its lines, then exactly one of
 * `completed`, `failed`, `timeout` and `cancelled`, and `settled` right behind it. `statusChanged`
 * comes with each change, ahead of the end. There is never an `'error'` event.
 */
export interface ExecutionEvents {
  started: StartedEvent;
  output: OutputEvent;
  stdout: LineEvent;
  stderr: LineEvent;
  statusChanged: StatusChangedEvent;
  completed: TerminalEvent;
  failed: TerminalEvent;
  timeout: TerminalEvent;
  cancelled: TerminalEvent;
  /** After any end, with the same payload: for whoever wants only one. */
  settled: TerminalEvent;
}

/** Name of an event. */
export type ExecutionEventName = keyof ExecutionEvents;

/** What is called with the payload of an event, in the async context of the request. */
export type ExecutionListener<Name extends ExecutionEventName> = (
  payload: ExecutionEvents[Name],
) => void;
