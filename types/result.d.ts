/** Public contract: what an engine tells of its executions. */

import type { ExecutionErrorInfo } from './errors';
import type { ExecutionMetadata } from './request';

/**
 * `pending -> running -> completed | failed | timeout | cancelled`; `pending` may also go to an end
 * directly.
 */
export type ExecutionStatus =
  | 'pending'
  | 'running'
  | 'completed'
  | 'failed'
  | 'timeout'
  | 'cancelled';

/** A status that is final. */
export type TerminalStatus = Exclude<ExecutionStatus, 'pending' | 'running'>;

/** What the process used, from the call that reaped it. */
export interface ResourceUsage {
  userCpuMs: number;
  systemCpuMs: number;
  /**
   * Peak resident memory, as the kernel tells it. An upper bound on Linux: a new process inherits the
   * peak of the one that launched it, so a small command of a large host shows the host's figure.
   */
  maxRssBytes: number;
}

/** What the engine did to end an execution that did not end by itself. */
export interface Termination {
  /** `'streamFailure'`: its output could not be read. */
  reason: 'timeout' | 'idleTimeout' | 'cancel' | 'shutdown' | 'outputLimit' | 'streamFailure';
  /** The signals that were sent to the whole tree, in their order. */
  signals: string[];
  /**
   * Numbers of processes of the tree that lived on: they hang in the kernel, belong to another user,
   * or got no `SIGKILL` because `forceKillAfterDelayMs` is `false`. Also of those that hold the pipe of
   * the command and are found by nothing else, which are not signalled.
   */
  survivors: number[];
}

/** A result without the output itself: what terminal events carry. Plain data. */
export interface ExecutionOutcome {
  id: string;
  status: TerminalStatus;
  /** Status `completed` with exit code 0. */
  success: boolean;
  /** `null` when the process did not exit by itself, or there was none. */
  exitCode: number | null;
  /** Name of the signal that ended the process (`SIG<n>` where it has none), or `null`. */
  signal: string | null;
  /** Bytes that the command wrote, kept or not. */
  stdoutBytes: number;
  stderrBytes: number;
  /** Whether less than all of it is kept. */
  stdoutTruncated: boolean;
  stderrTruncated: boolean;
  /** The file with the whole stream, under the strategy `'streamToFile'`. */
  stdoutOverflowFile: string | null;
  stderrOverflowFile: string | null;
  /** Why there is no overflow file: half of one is removed. */
  overflowError: string | null;
  /** Why the log file is not complete. */
  logError: string | null;
  /** A descendant held a pipe open longer than `drainGraceMs`; what it wrote later is missing. */
  outputIncomplete: boolean;
  /** The output is no longer kept: see `maxRetainedBytes`. */
  outputDropped: boolean;
  /** The log of this execution; `null` without one, and when it could not be opened. */
  logFile: string | null;
  /** `null` when no process was made. */
  pid: number | null;
  /** Milliseconds since the epoch: of the process, or of the request where there was none. */
  startedAt: number;
  /** Milliseconds since the epoch. */
  completedAt: number;
  /** Milliseconds of a monotonic clock from the start of the process to the end; 0 without one. */
  durationMs: number;
  /** Milliseconds from the request to the start of the process. */
  queuedMs: number;
  /** `null` when no process was made. */
  resourceUsage: ResourceUsage | null;
  /** `null` on success. */
  error: ExecutionErrorInfo | null;
  /** `null` when it ended by itself. */
  termination: Termination | null;
  /** The command in printable form. */
  command: string;
  metadata: ExecutionMetadata;
}

/** An execution that the death of its host interrupted, as the journal tells it. Plain data. */
export interface RecoveredExecution {
  executionId: string;
  status: 'interrupted';
  /** The command in printable form. */
  command: string;
  metadata: ExecutionMetadata;
  pid: number;
  /** Milliseconds since the epoch. */
  startedAt: number;
  logFile: string | null;
  /** What the log holds, of more than 1 MiB the end; `null` without a log that can be read. */
  log: string | null;
  logTruncated: boolean;
  /** Numbers of the processes of its tree that still lived and were ended. */
  endedPids: number[];
  /** Numbers of those that could not be ended. */
  survivors: number[];
}

/**
 * The end of an execution with its kept output: strings, decoded as UTF-8 with U+FFFD for what is
 * not, or the exact bytes when `encoding: 'buffer'` was asked for.
 */
export interface ExecutionResult<Output extends string | Uint8Array = string>
  extends ExecutionOutcome {
  stdout: Output;
  stderr: Output;
}

/** One line of `listExecutions()`. */
export interface ExecutionSummary {
  id: string;
  status: ExecutionStatus;
  /** The command in printable form. */
  command: string;
  /** Milliseconds since the epoch: of the process, or of the request while there is none. */
  startedAt: number;
  /** So far, while it runs. */
  durationMs: number;
  metadata: ExecutionMetadata;
}

/** Which executions `listExecutions()` tells of. All conditions hold. */
export interface ExecutionFilter {
  status?: ExecutionStatus | readonly ExecutionStatus[] | undefined;
  /** A key of `metadata.tags`, or `key=value`. */
  tag?: string | undefined;
  /** At most so many, the newest. */
  limit?: number | undefined;
}

/** Median and 99th percentile within 6 %, in milliseconds; 0 where nothing was measured yet. */
export interface Percentiles {
  p50: number;
  p99: number;
}

/** Counters of an engine since its start, see `stats()`. */
export interface EngineStats {
  /** Ended ones since the engine started; `pending` and `running` are those there now. */
  counts: Record<ExecutionStatus, number>;
  /** As `runningCount()` and `queuedCount()`. */
  running: number;
  queued: number;
  /** Finished executions that are still known, and the bytes of output kept for them. */
  retainedRecords: number;
  retainedBytes: number;
  /** Lines and bytes read from commands since the engine started. */
  totalLines: number;
  totalBytes: number;
  /**
   * Whether a guard process stands by, which ends what the host would leave behind if it were
   * killed. From the first launch on; Linux only.
   */
  guarded: boolean;
  /** Why the journal is not complete; `null` if it is, or there is none. */
  journalError: string | null;
  /** Launches that failed, and commands that vanished while they were queued. */
  spawnFailures: number;
  /** How long it took to make a process. */
  spawnMs: Percentiles;
  /** How long executions took. */
  durationMs: Percentiles;
}
