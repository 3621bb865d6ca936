/**
 * Public contract: the events of an engine and of an {@link Execution}. Every payload is plain
 * data.
 */

import type { Command, ExecutionMetadata } from './request';
import type { ExecutionOutcome, ExecutionStatus } from './result';

/** The stream that a command wrote to. */
export type OutputStream = 'stdout' | 'stderr';

interface EventBase {
  /** The id of the execution, a UUID in lower case. */
  executionId: string;
  /** The time of the event in milliseconds since the epoch. */
  timestamp: number;
  /** The `key` of the request, redacted; `null` if it has none. */
  key: string | null;
}

/** The process has started. */
export interface StartedEvent extends EventBase {
  /** The process ID. */
  pid: number;
  /** The command in printable form, redacted. */
  command: string;
}

/** Several lines of one stream. This is the efficient form of output events. */
export interface OutputEvent extends EventBase {
  /** The stream of all these lines. */
  stream: OutputStream;
  /** The lines without their terminators. All listeners get the same array; copy it before you change it. */
  lines: string[];
  /** The number of the first line, from 0. Numbers count over both streams of the execution. */
  firstSeq: number;
  /** Whether the last entry of `lines` is unfinished: its next piece has the next number. */
  partial: boolean;
}

/** One line, or a piece of one. */
export interface LineEvent extends EventBase {
  /** The text, without its terminator. */
  line: string;
  /** The number of the line, from 0. It counts over both streams of the execution. */
  seq: number;
  /** Whether the line is unfinished: its next piece has the next number. */
  partial: boolean;
}

/** The progress that a command reports in its output. Needs `progress` in the request. */
export interface ProgressEvent extends EventBase {
  /** From 0 to 1; `null` if it is unknown. */
  fraction: number | null;
  /** The text of the group `label` of the pattern, or `null`. */
  label: string | null;
}

/**
 * A command with `pty` has turned the echo of its terminal off or on. Echo is on at the start. While it is off, what is
 * typed does not appear in the output, and a page should hide it too.
 *
 * The event follows the output that was read before the change was seen, and comes within 5 ms after output or input,
 * else within 250 ms. A change that is undone within that time is not reported.
 */
export interface EchoEvent extends EventBase {
  /** Whether the terminal shows what is typed. */
  enabled: boolean;
  /**
   * Whether the terminal collects lines itself (`ICANON`). A password prompt turns off echo alone. A line editor
   * (readline, a shell) and a full-screen program turn off both, and show the input themselves. A change of it is
   * reported while echo is off.
   */
  canonical: boolean;
}

/** The end of an execution. */
export interface TerminalEvent extends EventBase {
  /** The result without the output, which `engine.getResult(executionId)` returns. */
  result: ExecutionOutcome;
}

/** A change of the status. */
export interface StatusChangedEvent extends EventBase {
  /** The status before the change. */
  oldStatus: ExecutionStatus;
  /** The status from now on. */
  newStatus: ExecutionStatus;
}

/** The engine has dropped the record of a finished execution: its id is unknown from now on. */
export interface RemovedEvent extends EventBase {
  /**
   * Why: `'retention'`, it was older than `executionRetentionSecs`; `'count'`, it was one of the oldest over
   * `maxInMemoryExecutions`; `'request'`, `removeExecution()` was called.
   */
  reason: 'retention' | 'count' | 'request';
}

/**
 * The events of an engine or of a handle, with their payloads. The order for each execution is: `started`; its lines,
 * its `progress` and its `echo`; exactly one of `completed`, `failed`, `timeout` and `cancelled`; `settled`. `statusChanged` is
 * emitted with each change, before the terminal event. There is no `'error'` event.
 */
export interface ExecutionEvents {
  /** The process has started. */
  started: StartedEvent;
  /** A batch of lines. */
  output: OutputEvent;
  /** A line of stdout. */
  stdout: LineEvent;
  /** A line of stderr. */
  stderr: LineEvent;
  /** The progress has changed. Emitted at most every 50 ms; the last change is always reported, before the end. */
  progress: ProgressEvent;
  /** The command has turned the echo of its terminal off or on. Needs `pty` in the request. */
  echo: EchoEvent;
  /** The status has changed. */
  statusChanged: StatusChangedEvent;
  /** The command ended with the exit code 0. */
  completed: TerminalEvent;
  /** The command ended otherwise, or the engine could not carry the execution out. */
  failed: TerminalEvent;
  /** A timeout ended the command. */
  timeout: TerminalEvent;
  /** The execution was cancelled, or the engine was shut down. */
  cancelled: TerminalEvent;
  /** Emitted after each of the four terminal events above, with the same payload. */
  settled: TerminalEvent;
  /**
   * The record of the execution was dropped, after all its other events. Emitted by an engine only, for programs that
   * keep maps by id. A `shutdown()` drops all records without this event.
   */
  removed: RemovedEvent;
}

/**
 * The message of the tracing channel `escher-execution-engine.execution` of `node:diagnostics_channel`. One object
 * accompanies an execution through all messages. They have the order of a `TracingChannel`: `start` and `end` around
 * the call of `run()` or `execute()`; later `error` (if the request was rejected, or if its promise rejects),
 * `asyncStart`, the terminal events, `asyncEnd`.
 */
export interface ExecutionTrace {
  /** The id of the execution, a UUID in lower case. */
  executionId: string;
  /**
   * The command in printable form, redacted as in events. With secrets it is `'***'` until the process has started,
   * since only the engine's threads can redact.
   */
  command: string;
  /** The request, without its environment, its input and its secrets. */
  request: {
    type: Command['type'];
    /** `null`: the working directory of the host, or there are secrets. */
    workingDir: string | null;
    /** `null`: the default of the configuration. */
    timeoutMs: number | null;
    /** `null`: no idle timeout. */
    idleTimeoutMs: number | null;
    stdin: 'ignore' | 'input' | 'pipe';
    priority: number;
    /** `{}` if there are secrets. */
    metadata: ExecutionMetadata;
  };
  /** The process ID, once the process has started. */
  pid?: number;
  /** The result without the output, from the end on. A rejected request has none. */
  result?: ExecutionOutcome;
  /** The error with which the promise of the execution rejects, or would reject. */
  error?: Error;
}

/** The name of an event. */
export type ExecutionEventName = keyof ExecutionEvents;

/** A listener. It is called with the payload of the event, in the async context of the request. */
export type ExecutionListener<Name extends ExecutionEventName> = (
  payload: ExecutionEvents[Name],
) => void;
