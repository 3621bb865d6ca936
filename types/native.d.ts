/**
 * What `binding/` exports, for `lib/` alone. Not public.
 *
 * Rules of the border:
 * - Every call returns at once. What takes time answers later with a `Replied` record that bears the `ticket` of the call.
 * - Records arrive as the arguments of a call, value after value (the cheap shape over N-API). Each begins with its kind,
 *   and its length is fixed by the kind: see {@link RecordKind}.
 * - There is one first-in-first-out channel per engine: a reply stands behind everything that happened before it.
 * - Errors cross as plain {@link NativeError} data; `lib/errors` makes the instances.
 */

/**
 * The first element of a record, and what follows it. `lib/records` names the numbers: a `const enum` of a declaration
 * file does not survive compilers that work file by file.
 *
 * - 0, Replied: `ticket: number, error: NativeError | null, value: unknown`
 * - 1, Started: `token: number, timestamp: number, pid: number, command: string`
 * - 2, Output: `token, timestamp, stream: 0 (stdout) | 1 (stderr), firstSeq, count, partial: boolean, text: string,
 *   bytes: number, endsAt: number`. `text` holds `count` entries joined with `\n`; `partial` says that the last one is
 *   unfinished; `bytes` is what the batch weighs in the flow control ({@link NativeEngine.hold}). Where the entries end in
 *   `text` stands in the `ends` of the delivery, from `endsAt` on; -1: nowhere.
 * - 3, Finished: `token: number, timestamp: number`, then the fields of a {@link NativeResult}
 */
export type RecordKind = 0 | 1 | 2 | 3;

export type NativeStatus = 'pending' | 'running' | 'completed' | 'failed' | 'timeout' | 'cancelled';
export type NativeStrategy = 'truncateWithWarning' | 'failExecution' | 'streamToFile';

export interface NativeError {
  code: string;
  message: string;
  reason?: string;
  errno?: number;
  /** The failing step: `execve`, `chdir`, `pipe2`, … */
  syscall?: string;
  /** Name of the errno, `ENOENT` for example. */
  errnoName?: string;
  path?: string;
}

/** All fields present; numbers in milliseconds or bytes; `Infinity` means without limit, or never. */
export interface NativeConfig {
  defaultTimeoutMs: number;
  maxTimeoutMs: number;
  streamOutput: boolean;
  logDir: string | undefined;
  maxConcurrentExecutions: number;
  maxQueuedExecutions: number;
  maxInMemoryExecutions: number;
  executionRetentionSecs: number;
  enableAutoCleanup: boolean;
  cleanupIntervalMs: number;
  maxOutputSizeBytes: number;
  maxRetainedBytes: number;
  oversizedOutputStrategy: NativeStrategy;
  redact: readonly string[];
  overflowDir: string | undefined;
  journalDir: string | undefined;
  keepOverflowFiles: boolean;
  maxLineBytes: number;
  partialLineFlushMs: number;
  /** A signal number of this platform. */
  killSignal: number;
  /** `Infinity` = never. */
  forceKillAfterDelayMs: number;
  drainGraceMs: number;
  maxPendingEventBytes: number;
  limits: NativeLimits | undefined;
  umask: number | undefined;
  ansi: 'raw' | 'sgr' | 'strip' | undefined;
  ioThreads: number;
  /** Whether the host's own Node runs TypeScript files (`process.features.typescript`). */
  nodeRunsTypeScript: boolean;
}

export type NativeCommand =
  | { type: 'shell'; command: string; shell?: string | undefined }
  | { type: 'exec'; program: string; args?: readonly string[] | undefined }
  | {
      type: 'script';
      path: string;
      interpreter?: string | undefined;
      args?: readonly string[] | undefined;
    }
  | {
      type: 'awsCli';
      service: string;
      operation: string;
      args?: readonly string[] | undefined;
      profile?: string | undefined;
      region?: string | undefined;
    };

/** `cpuSeconds, addressSpaceBytes, fileSizeBytes, openFiles, processes, coreBytes, nice`. */
export type NativeLimits = readonly (number | undefined)[];

/** Shape-checked by `lib/options`; the engine validates the meaning. `undefined` = take the default. */
export interface NativeRequest {
  /** Lower-case canonical UUID, or anything for the engine to refuse as `INVALID_ID`. */
  id: string;
  command: NativeCommand;
  /** `name, value, name, value, …`; a `null` value removes the name. */
  env?: readonly (string | null)[] | undefined;
  extendEnv: boolean;
  /** `NAME=value` entries to inherit. `undefined` = the process's own environment, as it is now. A Worker has its own copy and passes it. */
  inheritedEnv?: readonly string[] | undefined;
  workingDir?: string | undefined;
  timeoutMs?: number | undefined;
  idleTimeoutMs?: number | undefined;
  outputLogPath?: string | undefined;
  /** `input`: write `input` and close. */
  stdin: 'ignore' | 'input' | 'pipe';
  input?: string | Uint8Array | undefined;
  killSignal?: number | undefined;
  forceKillAfterDelayMs?: number | undefined;
  maxOutputSizeBytes?: number | undefined;
  oversizedOutputStrategy?: NativeStrategy | undefined;
  mergeStderr: boolean;
  /** Whether the sequence OSC 9;4 stays in text that is safe to show. */
  progress: boolean;
  priority: number;
  /** JSON text, kept with the record and given back in results and summaries. */
  metadata?: string | undefined;
  /** Keys of `metadata.tags`, and `key=value` of each: what a listing filters by. */
  tags?: readonly string[] | undefined;
  /** Secrets that are taken out of all that is told of the execution. */
  redact?: readonly string[] | undefined;
  limits?: NativeLimits | undefined;
  umask?: number | undefined;
  /** Whether somebody listens to the lines of this execution from its start. */
  watch: boolean;
}

/**
 * A request as it crosses: its fields in this order, because a field of an array costs a quarter of a named property.
 * Of a command: its type (0 shell, 1 exec, 2 script, 3 awsCli), its subject (command, program, path, service), what else
 * there is (shell, –, interpreter, operation), then what its name says.
 */
export type NativeRequestFields = [
  id: string,
  commandType: 0 | 1 | 2 | 3,
  subject: string,
  detail: string | undefined,
  args: readonly string[] | undefined,
  profile: string | undefined,
  region: string | undefined,
  env: NativeRequest['env'],
  extendEnv: boolean,
  inheritedEnv: NativeRequest['inheritedEnv'],
  workingDir: string | undefined,
  timeoutMs: number | undefined,
  idleTimeoutMs: number | undefined,
  outputLogPath: string | undefined,
  stdin: NativeRequest['stdin'],
  input: NativeRequest['input'],
  killSignal: number | undefined,
  forceKillAfterDelayMs: number | undefined,
  maxOutputSizeBytes: number | undefined,
  oversizedOutputStrategy: NativeStrategy | undefined,
  mergeStderr: boolean,
  progress: boolean,
  priority: number,
  metadata: string | undefined,
  tags: NativeRequest['tags'],
  redact: NativeRequest['redact'],
  limits: NativeLimits | undefined,
  umask: number | undefined,
  watch: boolean,
];

/** `ExecutionResult` of the public types without `stdout` and `stderr`, field after field. */
export type NativeResult = [
  /** Index of a {@link NativeStatus}, in its order. */
  status: number,
  exitCode: number | null,
  /** A signal number. `lib/` gives it its name. */
  signal: number | null,
  stdoutBytes: number,
  stderrBytes: number,
  /** 1 = stdout was truncated, 2 = stderr was, 4 = the output is incomplete, 8 = it was dropped. */
  flags: number,
  stdoutOverflowFile: string | null,
  stderrOverflowFile: string | null,
  overflowError: string | null,
  logError: string | null,
  logFile: string | null,
  pid: number | null,
  startedAt: number,
  completedAt: number,
  durationMs: number,
  queuedMs: number,
  /** `null` = it was never started, and so the next two. */
  userCpuMs: number | null,
  systemCpuMs: number | null,
  maxRssBytes: number | null,
  error: NativeError | null,
  command: string,
  /** JSON text. */
  metadata: string | null,
  /** `null` = it ended by itself. */
  termination: NativeTermination | null,
];

/** The reason as the index of its name in `lib/outcome`, signal numbers, process numbers. */
export type NativeTermination = [reason: number, signals: number[], survivors: number[]];

export interface NativeRecovered {
  id: string;
  command: string;
  /** JSON text. */
  metadata: string | null;
  logFile: string | null;
  pid: number;
  startedAt: number;
  ended: number[];
  survivors: number[];
}

export interface NativeSummary {
  id: string;
  status: NativeStatus;
  command: string;
  startedAt: number;
  durationMs: number;
  metadata: string | null;
}

export interface NativeStats {
  /** Executions that reached each status since the engine started; `pending` and `running` are those there now. */
  pending: number;
  running: number;
  completed: number;
  failed: number;
  timeout: number;
  cancelled: number;
  retainedRecords: number;
  retainedBytes: number;
  totalLines: number;
  totalBytes: number;
  guarded: boolean;
  journalError: string | null;
  spawnFailures: number;
  /** Milliseconds; 0 where nothing was measured yet. */
  spawnP50Ms: number;
  spawnP99Ms: number;
  durationP50Ms: number;
  durationP99Ms: number;
}

/** One piece of replayed output; fields as in an `Output` record. */
export interface NativeBatch {
  stream: 0 | 1;
  firstSeq: number;
  count: number;
  partial: boolean;
  text: string;
}

export declare class NativeEngine {
  /**
   * Starts the threads. `deliver` gets where lines end in the text of the records, which is true until it returns, and
   * the records, one value after the other; it must not throw. The engine does not keep the process alive until
   * {@link ref}.
   */
  // Throws an error whose `reason` is a NativeError where there can be no engine.
  constructor(config: NativeConfig, deliver: (ends: Uint32Array, ...records: unknown[]) => void);

  /**
   * Replies to `ticket` once the request is admitted (value `undefined`) or refused. `ticket` is the `token` of its later
   * records. `awaited`: a promise waits for the reply; it runs before any later record is delivered. `true`: from now on its
   * id names it, and until it is in it may be asked of like one that is; `false`: it is refused.
   */
  execute(ticket: number, request: NativeRequestFields, awaited: boolean): boolean;
  // `token`, here and below: that of the execution that is meant. Without it, whichever bears the id, which may have been
  // given again; with it, another one that bears the id is as unknown as none.

  /** Replies `true` if it was pending or running, `false` if it had ended. */
  cancel(ticket: number, id: string, token?: number): void;
  /** Replies `true` if the signal was sent, `false` if there was no process (any more). */
  kill(ticket: number, id: string, signal: number, token?: number): void;
  /** Replies when the pipe has taken the bytes, or the child no longer reads. */
  sendInput(ticket: number, id: string, data: string | Uint8Array, token?: number): void;
  closeInput(ticket: number, id: string, token?: number): void;
  /** Replies with the number of records removed. */
  cleanup(ticket: number): void;
  /** Replies with `NativeRecovered[]`. */
  recovered(ticket: number): void;
  /** Replies with `NativeBatch[]`: the retained lines up to now; every later line comes as an `Output` record behind the reply. */
  replay(ticket: number, id: string, token: number): void;
  /** Replies when nothing runs any more. Call {@link close} then. */
  shutdown(ticket: number, graceMs: number): void;

  /** `undefined` for an unknown id, here and below. */
  status(id: string): NativeStatus | undefined;
  /** `null` while it is not finished. */
  result(id: string, token?: number): NativeResult | null | undefined;
  /**
   * The kept output of a finished execution; `null` while it is not finished. `null` in place of a text: it is longer than
   * a string can be.
   */
  output(
    id: string,
    encoding: 'utf8',
    token?: number,
  ): [stdout: string | null, stderr: string | null] | null | undefined;
  output(
    id: string,
    encoding: 'buffer',
    token?: number,
  ): [stdout: Uint8Array, stderr: Uint8Array] | null | undefined;
  /** Drops a finished record. `null` = done, else the error. */
  remove(id: string): NativeError | null;
  /** Newest first. */
  list(filter: {
    status?: readonly NativeStatus[] | undefined;
    tag?: string | undefined;
    limit?: number | undefined;
  }): NativeSummary[];
  runningCount(): number;
  queuedCount(): number;
  stats(): NativeStats;

  /** Whether somebody listens to the lines of every execution. */
  watchAll(on: boolean): void;
  /** Whether somebody listens to the lines of this one. Unknown ids are ignored. */
  watch(id: string, on: boolean, token: number): void;
  /** During `deliver`: these bytes of an `Output` record are kept by a slow consumer, do not count them as taken yet. */
  hold(token: number, bytes: number): void;
  /** Held bytes were taken. */
  release(token: number, bytes: number): void;

  startCleanupTask(): void;
  stopCleanupTask(): void;
  /** Keep the event loop alive, or not. Not counted: the last call decides. */
  ref(): void;
  unref(): void;
  /** After the reply to `shutdown`: joins the threads and lets the channel go. Idempotent. */
  close(): void;
  /** At the end of the process: no more records, kill what runs without grace, reap, join. Idempotent. */
  abort(): void;
}

export interface NativeBinding {
  Engine: typeof NativeEngine;
  /** Version of the C++ engine, equal to the package's. */
  version: string;
  /** Version of the Boost headers that it was compiled with: `1.81.0`. */
  boostVersion: string;
}
