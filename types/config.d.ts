/// <reference types="node" />

/** Public contract: how an engine is configured. */

import type { ProcessLimits } from './request';

/**
 * What happens to output past `maxOutputSizeBytes`:
 *
 * - `'truncateWithWarning'`: the first bytes are kept, cut on a code point and followed by one
 *   warning line; the command goes on and is drained, so that it never blocks.
 * - `'failExecution'`: the command is ended and the execution fails with
 *   `ERR_OUTPUT_SIZE_EXCEEDED`.
 * - `'streamToFile'`: the first bytes are kept in memory and the whole stream goes to a file, named
 *   in the result.
 */
export type OversizedOutputStrategy = 'truncateWithWarning' | 'failExecution' | 'streamToFile';

/** The effective configuration of an engine: every field with its value, see `engine.config`. */
export interface ExecutionConfig {
  /**
   * Milliseconds after which a command is ended when its request names no `timeoutMs`. More than 0
   * and at most `maxTimeoutMs`; when only `maxTimeoutMs` is given and is lower, the default follows
   * it.
   * @defaultValue `300_000`
   */
  defaultTimeoutMs: number;
  /**
   * The longest `timeoutMs`, in milliseconds, that a request may name; a longer one is refused, not
   * shortened. More than 0; `Infinity` allowed.
   * @defaultValue `3_600_000`
   */
  maxTimeoutMs: number;
  /**
   * Whether `output`, `stdout` and `stderr` events are emitted. With `false` the output is in the
   * result only (the iterators of an {@link Execution} still work).
   * @defaultValue `true`
   */
  streamOutput: boolean;
  /**
   * Directory for one log file per execution, `<id>.log`: a line per line of output with its RFC
   * 3339 time, stream and text. A request's `outputLogPath` takes its place. Relative paths are
   * resolved when the engine is made.
   * @defaultValue `undefined`, no log files
   */
  logDir: string | undefined;
  /**
   * How many commands run at the same time. An integer of at least 1.
   * @defaultValue `100`
   */
  maxConcurrentExecutions: number;
  /**
   * How many requests wait (status `pending`, by `priority`, then first come) when
   * `maxConcurrentExecutions` run. `0` refuses them with `ERR_CONCURRENCY_LIMIT`; `Infinity` never
   * refuses.
   * @defaultValue `0`
   */
  maxQueuedExecutions: number;
  /**
   * How many finished executions are remembered; beyond it the oldest by `completedAt` are dropped.
   * An integer of at least 1.
   * @defaultValue `1000`
   */
  maxInMemoryExecutions: number;
  /**
   * Seconds after which a finished execution is dropped. At least 0; `Infinity` keeps them.
   * @defaultValue `3600`
   */
  executionRetentionSecs: number;
  /**
   * Whether finished executions are dropped by themselves: every `cleanupIntervalMs`, and as soon
   * as their number is a tenth over `maxInMemoryExecutions`. With `false` only `engine.cleanup()`
   * drops them.
   * @defaultValue `true`
   */
  enableAutoCleanup: boolean;
  /**
   * Milliseconds between two passes of the automatic cleanup. More than 0.
   * @defaultValue `60_000`
   */
  cleanupIntervalMs: number;
  /**
   * Bytes kept of each stream of one execution; see `oversizedOutputStrategy`. An integer of at
   * least 0.
   * @defaultValue `10_485_760`
   */
  maxOutputSizeBytes: number;
  /**
   * Bytes of output kept for finished executions in the whole engine. Over it the oldest finished
   * ones lose their text (`outputDropped: true`). An integer of at least 0, or `Infinity`.
   * @defaultValue `268_435_456`
   */
  maxRetainedBytes: number;
  /**
   * What happens to output past `maxOutputSizeBytes`.
   * @defaultValue `'truncateWithWarning'`
   */
  oversizedOutputStrategy: OversizedOutputStrategy;
  /**
   * Secrets that no event, result, log, overflow file, error or listing of any execution shows: `***` stands in their
   * place, and in that of their base64, URI, JSON and shell-quoted forms. Those of a request are added to them. At least 4
   * characters each, without the white space around them. See `docs/guide.md` for what is found and what is not.
   * @defaultValue `[]`
   */
  redact: readonly string[];
  /**
   * What a command may use, where its request does not say otherwise.
   * @defaultValue `undefined`, what the host may
   */
  limits: ProcessLimits | undefined;
  /**
   * The file mode creation mask of commands.
   * @defaultValue `undefined`, that of the host
   */
  umask: number | undefined;
  /**
   * What is left of terminal escape sequences in output, so that it can be shown without harm: `'raw'` all of them, `'sgr'`
   * colours and the like, `'strip'` none. Cursor movements, titles, links, clipboard commands, other controls and
   * bidirectional controls go with the last two, and bytes that are no UTF-8 become U+FFFD.
   * @defaultValue `undefined`: `'raw'` in results and events, `'sgr'` in log files
   */
  ansi: 'raw' | 'sgr' | 'strip' | undefined;
  /**
   * Directory for the files of `'streamToFile'`. Relative paths are resolved when the engine is
   * made.
   * @defaultValue `undefined`, a private directory (mode 0700) in the system's temporary directory
   */
  overflowDir: string | undefined;
  /**
   * Directory for the journal: what runs, on disk, so that the next engine can tell what the death of
   * this one's host interrupted, see `ExecutionEngine.recovered`. Made with mode 0700 if it is
   * missing. Relative paths are resolved when the engine is made.
   * @defaultValue `undefined`, no journal
   */
  journalDir: string | undefined;
  /**
   * Whether overflow files outlive the record of their execution.
   * @defaultValue `false`
   */
  keepOverflowFiles: boolean;
  /**
   * Bytes of the longest line that is delivered in one piece; longer ones come in pieces marked
   * `partial`. An integer of at least 1.
   * @defaultValue `1_048_576`
   */
  maxLineBytes: number;
  /**
   * Milliseconds of silence after which an unfinished line (a prompt, a progress bar) is delivered,
   * marked `partial`. At least 0; `Infinity` waits for the end of the line.
   * @defaultValue `100`
   */
  partialLineFlushMs: number;
  /**
   * The first signal on timeout, cancel and shutdown: a name or a number of this platform.
   * @defaultValue `'SIGTERM'`
   */
  killSignal: NodeJS.Signals | number;
  /**
   * Milliseconds between `killSignal` and `SIGKILL` to the whole process tree. At least 0; `false`
   * never kills, except at `shutdown()`.
   * @defaultValue `5000`
   */
  forceKillAfterDelayMs: number | false;
  /**
   * Milliseconds, after the process is gone, that a pipe held open by a surviving descendant may
   * delay the end. At least 0.
   * @defaultValue `500`
   */
  drainGraceMs: number;
  /**
   * Bytes of output, over the whole engine, that JavaScript has not taken yet; above it the pipes
   * are not read and the commands wait. An integer of at least 1.
   * @defaultValue `16_777_216`
   */
  maxPendingEventBytes: number;
  /**
   * Threads for reading and waiting, from 1 to 256. More of them change the speed and nothing else.
   * @defaultValue the smaller of 4 and the number of cores
   */
  ioThreads: number;
}

/**
 * What the constructor of an engine takes: any fields of {@link ExecutionConfig}; directories may
 * be `file:` URLs.
 */
export type ExecutionConfigInput = {
  [Field in keyof ExecutionConfig]?:
    | ExecutionConfig[Field]
    | (Field extends 'logDir' | 'overflowDir' | 'journalDir' ? URL : never)
    | undefined;
};
