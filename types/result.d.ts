/** Public contract: what an engine returns about its executions. */

import type { ExecutionErrorInfo } from './errors';
import type { ExecutionMetadata } from './request';

/**
 * The status of an execution: `pending -> running -> completed | failed | timeout | cancelled`. A `pending` execution
 * may also end without running.
 */
export type ExecutionStatus =
  | 'pending'
  | 'running'
  | 'completed'
  | 'failed'
  | 'timeout'
  | 'cancelled';

/** The status of an execution that has ended. */
export type TerminalStatus = Exclude<ExecutionStatus, 'pending' | 'running'>;

/** The resources that the process and its reaped children used, from the call that reaped it. */
export interface ResourceUsage {
  /** Milliseconds of CPU time in user mode. */
  userCpuMs: number;
  /** Milliseconds of CPU time in the kernel. */
  systemCpuMs: number;
  /**
   * Bytes of peak resident memory. On Linux this is an upper bound: a new process inherits the peak of the process that
   * launched it, so a small command of a large host shows the figure of the host.
   */
  maxRssBytes: number;
}

/** How the engine ended an execution that did not end by itself. */
export interface Termination {
  /** Why it was ended. `'streamFailure'`: its output could not be read. `'lease'`: it was not renewed. */
  reason:
    | 'timeout'
    | 'idleTimeout'
    | 'cancel'
    | 'shutdown'
    | 'outputLimit'
    | 'streamFailure'
    | 'lease';
  /**
   * The names of the signals that a process of the tree received, in their order. A `SIGKILL` of `kill()` is
   * among them: no other signal is sent after it.
   */
  signals: string[];
  /**
   * The process IDs of the tree that survived: a process hangs in the kernel, belongs to another user, or got no
   * `SIGKILL` because `forceKillAfterDelayMs` is `false`. Processes that were found only because they hold a pipe of
   * the command are among them; they were not signalled.
   */
  survivors: number[];
}

/** What is left of an engine after its shutdown. */
export interface ShutdownResult {
  /**
   * The process IDs that survived, also those of background processes of commands that had ended before: a process
   * hangs in the kernel or belongs to another user. Usually empty; always empty on systems without a process table.
   */
  survivors: number[];
}

/** A result without the output, as terminal events have it. Plain data. */
export interface ExecutionOutcome {
  /** The id of the execution, a UUID in lower case. */
  id: string;
  /** How the execution ended. */
  status: TerminalStatus;
  /** Whether the status is `completed`, which means exit code 0. */
  success: boolean;
  /**
   * The exit code; `null` if the process was ended by a signal, if no process was created, or if the exit status was
   * lost because other code in the host waited for the process.
   */
  exitCode: number | null;
  /**
   * The name of the signal that ended the process, or a queued execution before it had one; `null` if there is none. A
   * signal without a name is `SIG<n>`.
   */
  signal: string | null;
  /** Bytes that the command wrote to stdout, whether they are kept or not. */
  stdoutBytes: number;
  /** The same of stderr. */
  stderrBytes: number;
  /** Whether stdout is not kept completely. */
  stdoutTruncated: boolean;
  /** The same of stderr. */
  stderrTruncated: boolean;
  /** The path of the file with the whole stdout, for the strategy `'streamToFile'`; `null` if there is none. */
  stdoutOverflowFile: string | null;
  /** The same of stderr. */
  stderrOverflowFile: string | null;
  /** Why there is no overflow file, or `null`. An incomplete file is removed. */
  overflowError: string | null;
  /** Why the log file is missing or incomplete, or `null`. */
  logError: string | null;
  /** Whether a descendant held a pipe for longer than `drainGraceMs`. Its later output is missing. */
  outputIncomplete: boolean;
  /** Whether retention has dropped the output, see `maxRetainedBytes`. */
  outputDropped: boolean;
  /** The path of the log file; `null` if there is none, or if it could not be opened. */
  logFile: string | null;
  /** Why the recording of `recordPath` is missing or incomplete, or `null`. */
  recordError: string | null;
  /** The recording of `recordPath`, or `null`. */
  recordFile: string | null;
  /** The process ID; `null` if no process was created. */
  pid: number | null;
  /** The start of the process in milliseconds since the epoch; the time of the request if no process was created. */
  startedAt: number;
  /** The end in milliseconds since the epoch. */
  completedAt: number;
  /** Milliseconds from the start of the process to the end, by a monotonic clock; 0 if no process was created. */
  durationMs: number;
  /** Milliseconds from the request to the start of the process. */
  queuedMs: number;
  /** Milliseconds that the launch of the process took, the last part of `queuedMs`; 0 if no process was created. */
  launchMs: number;
  /** What the process used; `null` if no process was created. */
  resourceUsage: ResourceUsage | null;
  /** The error; `null` on success. */
  error: ExecutionErrorInfo | null;
  /** How the engine ended the execution; `null` if it ended by itself. */
  termination: Termination | null;
  /** The command in printable form, redacted. */
  command: string;
  /** The `key` of the request, redacted; `null` if it has none. */
  key: string | null;
  /** The metadata of the request, redacted. */
  metadata: ExecutionMetadata;
}

/** An execution that the death of its host interrupted, as the journal has it. Plain data. */
export interface RecoveredExecution {
  /** The id of the execution, a UUID in lower case. */
  executionId: string;
  /** Always `'interrupted'`. */
  status: 'interrupted';
  /** The command in printable form, redacted. */
  command: string;
  /** The metadata of the request, redacted. */
  metadata: ExecutionMetadata;
  /** The process ID of the command. */
  pid: number;
  /** The start of the process in milliseconds since the epoch. */
  startedAt: number;
  /** The path of the log file, or `null`. */
  logFile: string | null;
  /** The content of the log file, of a file above 1 MiB its end; `null` if there is no log or it cannot be read. */
  log: string | null;
  /** Whether `log` is only the end of the file. */
  logTruncated: boolean;
  /** The process IDs of its tree that were still alive and were ended. */
  endedPids: number[];
  /** The process IDs of its tree that could not be ended. */
  survivors: number[];
}

/**
 * The result of an execution, with its kept output: strings, decoded as UTF-8 with U+FFFD for invalid bytes, or the
 * exact bytes with `encoding: 'buffer'`.
 */
export interface ExecutionResult<Output extends string | Uint8Array = string>
  extends ExecutionOutcome {
  /** The kept stdout, redacted; exact from `getResult(id, { redacted: false })` only, see `capture` of the request. */
  stdout: Output;
  /** The kept stderr. */
  stderr: Output;
}

/** One entry of `listExecutions()`. */
export interface ExecutionSummary {
  /** The id of the execution, a UUID in lower case. */
  id: string;
  /** The current status. */
  status: ExecutionStatus;
  /** The exit code; `null` before the end, and where a result has none. */
  exitCode: number | null;
  /** The name of the signal that ended it; `null` if there is none. */
  signal: string | null;
  /** The command in printable form, redacted. */
  command: string;
  /** The `key` of the request, redacted; `null` if it has none. */
  key: string | null;
  /** The start of the process in milliseconds since the epoch; the time of the request while there is no process. */
  startedAt: number;
  /** Milliseconds from that start to the end, or until now if it has not ended. */
  durationMs: number;
  /** The metadata of the request, redacted. */
  metadata: ExecutionMetadata;
}

/** Selects executions for `listExecutions()`. An execution must meet all conditions. */
export interface ExecutionFilter {
  /** The status, or one of several. An empty list is refused. */
  status?: ExecutionStatus | readonly ExecutionStatus[] | undefined;
  /** A tag of the metadata: `key`, or `key=value`. */
  tag?: string | undefined;
  /** The `key` of the request. */
  key?: string | undefined;
  /**
   * The largest number of executions; the newest are returned.
   * @defaultValue no limit
   */
  limit?: number | undefined;
}

/** The median and the 99th percentile, in milliseconds, exact to about 6 %; 0 if nothing was measured yet. */
export interface Percentiles {
  /** The median. */
  p50: number;
  /** The 99th percentile. */
  p99: number;
}

/** Counters of an engine, see `stats()`. */
export interface EngineStats {
  /**
   * The number of executions by status. `pending` and `running` count the present executions, the others all that have
   * ended since the start of the engine. `pending` also counts executions right after their call, which the engine has
   * neither queued nor launched yet: the next snapshot has them in `queued` or `running`.
   */
  counts: Record<ExecutionStatus, number>;
  /** The number of executions that are being launched or run, as from `runningCount()`. */
  running: number;
  /** The number of executions in the queue, as from `queuedCount()`. */
  queued: number;
  /** The number of finished executions of which the engine has a record. */
  retainedRecords: number;
  /** Bytes of output that are kept for them. */
  retainedBytes: number;
  /** Lines that were read from commands since the start of the engine. */
  totalLines: number;
  /** Bytes that were read from commands since the start of the engine. */
  totalBytes: number;
  /**
   * Whether the watchdog process is running, which ends the processes of all executions if the host dies. It is started
   * before the first command. `false` also where it cannot see processes; Linux only.
   */
  guarded: boolean;
  /** The number of keys of which an execution runs or waits. */
  keys: number;
  /** Whether {@link ExecutionEngineApi.pause} was called, and no `resume()` after it. */
  paused: boolean;
  /** Why the journal is incomplete; `null` if it is complete, or if there is none. */
  journalError: string | null;
  /** The number of launches that failed, including those of commands that were removed while they were queued. */
  spawnFailures: number;
  /** How long launches took. */
  spawnMs: Percentiles;
  /** How long executions took. */
  durationMs: Percentiles;
}
