/** Public contract: the configuration of an engine. */

import type { ProcessLimits, StopStep } from './request';
import type { SignalName } from './values';

/**
 * What happens to output beyond `maxOutputSizeBytes`:
 *
 * - `'truncateWithWarning'`: the first bytes are kept, cut on a code point and followed by a warning line. The command
 *   continues, and the rest of its output is read and discarded, so that it never blocks.
 * - `'failExecution'`: the command is ended, and the execution fails with `ERR_OUTPUT_SIZE_EXCEEDED`.
 * - `'streamToFile'`: the first bytes are kept in memory, and the whole stream is written to a file that the result
 *   names.
 */
export type OversizedOutputStrategy = 'truncateWithWarning' | 'failExecution' | 'streamToFile';

/** The effective configuration of an engine, with a value for every field; see `engine.config`. */
export interface ExecutionConfig {
  /**
   * The timeout, in milliseconds, of requests without a `timeoutMs`. More than 0 and at most `maxTimeoutMs`. If only a
   * lower `maxTimeoutMs` is given, the default is lowered to it.
   * @defaultValue `300_000`
   */
  defaultTimeoutMs: number;
  /**
   * The longest `timeoutMs`, in milliseconds, that a request may set. A longer one is rejected with `ERR_VALIDATION`.
   * More than 0; `Infinity` allowed.
   * @defaultValue `3_600_000`
   */
  maxTimeoutMs: number;
  /**
   * Whether `output`, `stdout` and `stderr` events are emitted. It does not affect results, nor the iterators and
   * streams of an {@link Execution}.
   * @defaultValue `true`
   */
  streamOutput: boolean;
  /**
   * The directory for one log file per execution, `<id>.log`. It begins with a header (command, directory, start), has
   * one line for each line of output: RFC 3339 time, stream, text, and ends with a footer (status, exit code, duration).
   * Lines of header and footer begin with `#`. The `outputLogPath` of a request replaces it. A relative path is resolved
   * when the engine is created.
   * @defaultValue `undefined`: no log files
   */
  logDir: string | undefined;
  /**
   * Seconds after its last line for which a log file in `logDir` is kept. The cleanup removes older ones: those of this
   * user that have the name of a log and its header, and to which no engine writes. It looks at the start of the engine,
   * every `cleanupIntervalMs` (with `enableAutoCleanup`), and on `cleanup()`. At least 0, or `Infinity`.
   * @defaultValue `Infinity`
   */
  logRetentionSecs: number;
  /**
   * Bytes of all log files in `logDir` together. Above it the cleanup removes the oldest ones, as for
   * `logRetentionSecs`. An integer of at least 0, or `Infinity`.
   * @defaultValue `Infinity`
   */
  logRetentionBytes: number;
  /**
   * The number of commands that run at a time. An integer of at least 1.
   * @defaultValue `100`
   */
  maxConcurrentExecutions: number;
  /**
   * The number of requests that wait while `maxConcurrentExecutions` commands run. Their status is `pending`; they
   * start by `priority`, then in the order of their arrival. Further requests are rejected with
   * `ERR_CONCURRENCY_LIMIT`. An integer of at least 0, or `Infinity`.
   * @defaultValue `0`
   */
  maxQueuedExecutions: number;
  /**
   * The number of commands with the same `key` that run at a time, for keys without a limit in `keyLimits`. An integer of
   * at least 1, or `Infinity`.
   * @defaultValue `Infinity`
   */
  maxConcurrentPerKey: number;
  /**
   * Limits of single keys, in place of `maxConcurrentPerKey`: integers of at least 1.
   * @defaultValue none
   */
  keyLimits?: Readonly<Record<string, number>> | undefined;
  /**
   * The number of finished executions of which the engine keeps a record. Above it the oldest by `completedAt` are
   * dropped. An integer of at least 1.
   * @defaultValue `1000`
   */
  maxInMemoryExecutions: number;
  /**
   * Seconds for which the record of a finished execution is kept. At least 0; `Infinity` allowed.
   * @defaultValue `3600`
   */
  executionRetentionSecs: number;
  /**
   * Whether records are dropped automatically: every `cleanupIntervalMs`, and when their number exceeds
   * `maxInMemoryExecutions` by a tenth. With `false` only `engine.cleanup()` drops them.
   * @defaultValue `true`
   */
  enableAutoCleanup: boolean;
  /**
   * Milliseconds between two passes of the automatic cleanup. More than 0.
   * @defaultValue `60_000`
   */
  cleanupIntervalMs: number;
  /**
   * Bytes of output that are kept of each stream of one execution. `oversizedOutputStrategy` decides what happens
   * beyond it. An integer of at least 0.
   * @defaultValue `10_485_760`
   */
  maxOutputSizeBytes: number;
  /**
   * Bytes of output that are kept for all finished executions of the engine. Above it the oldest ones lose their output
   * (`outputDropped: true`) but keep their record. An integer of at least 0, or `Infinity`.
   * @defaultValue `268_435_456`
   */
  maxRetainedBytes: number;
  /**
   * What happens to output beyond `maxOutputSizeBytes`.
   * @defaultValue `'truncateWithWarning'`
   */
  oversizedOutputStrategy: OversizedOutputStrategy;
  /**
   * Secrets of all executions. `***` replaces them in events, results, log files, overflow files, errors and listings,
   * also in their base64, URI, JSON and shell-quoted forms. Those of a request are added to them. Each must have at
   * least 4 characters, not counting white space around it. `docs/guide.md` describes which forms are found. The
   * effective configuration has `***` in the place of each secret; another engine or a request that is given this same
   * list redacts the secrets themselves.
   * @defaultValue `[]`
   */
  redact: readonly string[];
  /**
   * Limits of every command. A field in the `limits` of a request replaces the same field here.
   * @defaultValue `undefined`: the limits of the host
   */
  limits: ProcessLimits | undefined;
  /**
   * The file mode creation mask (umask) of commands, from 0 to 0o777.
   * @defaultValue `undefined`: the mask of the host
   */
  umask: number | undefined;
  /**
   * Which terminal escape sequences are kept in output: `'raw'` all of them, `'sgr'` colours and text attributes,
   * `'strip'` none. `'sgr'` and `'strip'` make output safe to show. They also remove other control characters and
   * bidirectional controls, and replace invalid UTF-8 by U+FFFD.
   * @defaultValue `undefined`: `'raw'` in results and events, `'sgr'` in log files
   */
  ansi: 'raw' | 'sgr' | 'strip' | undefined;
  /**
   * The directory for the overflow files of `'streamToFile'`. A relative path is resolved when the engine is created.
   * @defaultValue `undefined`: a private directory (mode 0700) in the temporary directory of the system
   */
  overflowDir: string | undefined;
  /**
   * The directory for the journal, which records running executions on disk. If the host dies, the next engine with the
   * same directory reports what was interrupted, see `ExecutionEngine.recovered`. It is created with mode 0700 if it is
   * missing. A relative path is resolved when the engine is created.
   * @defaultValue `undefined`: no journal
   */
  journalDir: string | undefined;
  /**
   * Whether overflow files remain when the record of their execution is dropped.
   * @defaultValue `false`
   */
  keepOverflowFiles: boolean;
  /**
   * Bytes of the longest line that is delivered as one. A longer line is delivered in pieces that are marked `partial`.
   * An integer of at least 1.
   * @defaultValue `1_048_576`
   */
  maxLineBytes: number;
  /**
   * Milliseconds after which an unfinished line (a prompt, a progress bar) is delivered, marked `partial`. They count
   * from its first byte that was not delivered yet. At least 0; `Infinity` waits for the end of the line.
   * @defaultValue `100`
   */
  partialLineFlushMs: number;
  /**
   * The first signal on timeout, cancel and shutdown: the name or the number of a signal of this platform.
   * @defaultValue `'SIGTERM'`
   */
  killSignal: SignalName | number;
  /**
   * The grace period: milliseconds from `killSignal` to `SIGKILL`, which is sent to the whole process tree. At least 0.
   * With `false` there is no `SIGKILL` before `shutdown()`.
   * @defaultValue `5000`
   */
  forceKillAfterDelayMs: number | false;
  /**
   * The signals before `SIGKILL`, see {@link ExecutionRequest.stop}. `killSignal` and `forceKillAfterDelayMs` cannot be set
   * together with it. A request with one of these two does not use it.
   * @defaultValue none
   */
  stop?: readonly StopStep[] | undefined;
  /**
   * Milliseconds for which, after the exit of the process, a descendant that holds a pipe may delay the end of the
   * execution. At least 0.
   * @defaultValue `500`
   */
  drainGraceMs: number;
  /**
   * Bytes of output of the whole engine that JavaScript has not consumed yet. Above it pipes are not read, and the
   * commands block in their writes. An integer of at least 1.
   * @defaultValue `16_777_216`
   */
  maxPendingEventBytes: number;
  /**
   * The number of I/O threads, from 1 to 256. It affects speed only.
   * @defaultValue the smaller of 4 and the number of cores
   */
  ioThreads: number;
}

/**
 * The configuration that the constructor of an engine accepts: any fields of {@link ExecutionConfig}. Directories may
 * be `file:` URLs.
 */
export type ExecutionConfigInput = {
  [Field in keyof ExecutionConfig]?:
    | ExecutionConfig[Field]
    | (Field extends 'logDir' | 'overflowDir' | 'journalDir' ? URL : never)
    | undefined;
};
