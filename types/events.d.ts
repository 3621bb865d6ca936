/**
 * Public contract: the events of an engine and of an {@link Execution}. Every payload is plain
 * data.
 */

import type { Command, ExecutionMetadata } from './request';
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
  /** The same array for all listeners: whoever wants to change it takes a copy. */
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

/** How far a command with a `progress` in its request has come, by what it says itself. */
export interface ProgressEvent extends EventBase {
  /** From 0 to 1; `null` when the command does not say how far it is. */
  fraction: number | null;
  /** What the pattern captured as `label`, or `null`. */
  label: string | null;
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
 * Names and payloads. In this order for each execution: `started`, its lines and its `progress`, then
 * exactly one of `completed`, `failed`, `timeout` and `cancelled`, and `settled` right behind it.
 * `statusChanged` comes with each change, ahead of the end. There is never an `'error'` event.
 */
export interface ExecutionEvents {
  started: StartedEvent;
  output: OutputEvent;
  stdout: LineEvent;
  stderr: LineEvent;
  /** Only what changed, at most every 50 ms; the last one is always told, ahead of the end. */
  progress: ProgressEvent;
  statusChanged: StatusChangedEvent;
  completed: TerminalEvent;
  failed: TerminalEvent;
  timeout: TerminalEvent;
  cancelled: TerminalEvent;
  /** After any end, with the same payload: for whoever wants only one. */
  settled: TerminalEvent;
}

/**
 * What subscribers of the tracing channel `escher-execution-engine.execution` of
 * `node:diagnostics_channel` get: one object per execution, that of `start` in all later messages.
 * Messages come in the order of a `TracingChannel`: `start` and `end` around the call of `run()` or
 * `execute()`; once it is over `error` (if it was refused, or if its promise rejects), `asyncStart`,
 * the terminal events, `asyncEnd`.
 */
export interface ExecutionTrace {
  executionId: string;
  /**
   * The command in printable form, redacted as in events. `'***'` until the process has started when
   * secrets are named: only the engine's own threads know how to redact.
   */
  command: string;
  /** Secrets are never in it: no environment, no input. */
  request: {
    type: Command['type'];
    /** `null`: that of this process, or secrets are named. */
    workingDir: string | null;
    /** `null`: the default of the configuration. */
    timeoutMs: number | null;
    /** `null`: none. */
    idleTimeoutMs: number | null;
    stdin: 'ignore' | 'input' | 'pipe';
    priority: number;
    /** `{}` when secrets are named. */
    metadata: ExecutionMetadata;
  };
  /** From the start of the process on. */
  pid?: number;
  /** From the end on. Not there for a refused one. */
  result?: ExecutionOutcome;
  /** What the promise of the execution rejects with, or would if there was one. */
  error?: Error;
}

/** Name of an event. */
export type ExecutionEventName = keyof ExecutionEvents;

/** What is called with the payload of an event, in the async context of the request. */
export type ExecutionListener<Name extends ExecutionEventName> = (
  payload: ExecutionEvents[Name],
) => void;
