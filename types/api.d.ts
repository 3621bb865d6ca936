/// <reference types="node" />

/** Public contract: the methods of an engine, and the handle of one execution. */

import type { Duplex, Readable, Writable } from 'node:stream';
import type { ReadableStream, WritableStream } from 'node:stream/web';
import type { ExecutionConfig } from './config';
import type { ExecutionEventName, ExecutionListener, OutputStream } from './events';
import type {
  ExecutionRequest,
  PtyOptions,
  RunOptions,
  TerminalSize,
  ValidateOptions,
  WaitOptions,
} from './request';
import type {
  EngineStats,
  ExecutionFilter,
  ExecutionResult,
  ExecutionStatus,
  ExecutionSummary,
  ShutdownResult,
} from './result';
import type { InputData, SignalName } from './values';

export type { InputData } from './values';

/** One line of an execution, or a piece of one, from its async iterator. */
export interface ExecutionLine {
  /** The stream that the command wrote the line to. */
  stream: OutputStream;
  /** The text, without its terminator (`\n` or `\r\n`). */
  line: string;
  /** The number of the line, from 0. It counts over both streams of the execution. */
  seq: number;
  /** Whether the line is unfinished: its next piece is the next entry of this stream. */
  partial: boolean;
}

/** Lines of one stream of an execution, from {@link Execution.batches}. */
export interface LinesBatch {
  /** The stream that the command wrote the lines to. */
  stream: OutputStream;
  /** The lines, without their terminators. */
  lines: string[];
  /** The number of the first line; that of each further one is higher by 1. */
  firstSeq: number;
  /** Whether the last line is unfinished: its next piece is the first entry of the next batch of this stream. */
  partial: boolean;
}

/** Options of {@link Execution.readable}, {@link Execution.readableStream} and {@link PipedExecution.duplex}. */
export interface ReadOptions {
  /**
   * The form of the output:
   *
   * - `'utf8'`: the lines as UTF-8 text while the command runs, each with a `\n` at its end. Unfinished lines are
   *   included without waiting for their end, except with `'all'`, which has whole lines only. A `\r\n` becomes `\n`, a
   *   last line without a line end gets a `\n`, and invalid UTF-8 becomes U+FFFD.
   * - `'buffer'`: the exact bytes of one stream, available when the command has ended; from its overflow file if there
   *   is one. The stream fails with `ERR_OUTPUT_SIZE_EXCEEDED` if not all bytes were kept.
   * @defaultValue `'utf8'`
   */
  encoding?: 'utf8' | 'buffer' | undefined;
}

/**
 * One execution, from `engine.run()`. Awaiting it returns the result.
 *
 * @example
 * ```ts
 * const run = engine.run({ command: { type: 'shell', command: 'make all' } });
 * for await (const { stream, line } of run) console.log(stream, line);
 * const { exitCode } = await run;
 * ```
 */
export interface Execution extends Promise<ExecutionResult>, AsyncIterable<ExecutionLine> {
  /** The id of the execution, a UUID in lower case. */
  readonly id: string;
  /** The process ID; `undefined` until the process has started. */
  readonly pid: number | undefined;
  /**
   * The result. It resolves for every execution whose process ran to an end, whatever the end, and for a cancelled one.
   * It settles after the terminal event was emitted.
   *
   * It rejects with the {@link ExecutionError} of a request that was rejected. It rejects with `ERR_SPAWN_FAILED`,
   * `ERR_OUTPUT_SIZE_EXCEEDED` or `ERR_IO`, which have a `result`, if the engine could not carry the execution out.
   * With `reject: true` it rejects for every outcome except success.
   */
  readonly result: Promise<ExecutionResult>;
  /**
   * The stdin of the child, if the request has `stdin: 'pipe'`, or `pty` without `input`; otherwise `undefined`. A child that stops reading is
   * not an error: what is written is discarded. If the child ends before this stream is ended, a `pipeline()` into it
   * rejects with `ERR_IO`; no `error` event is emitted.
   */
  readonly stdin: Writable | undefined;

  /** Adds a listener for the events of this execution; see `ExecutionEvents`. */
  on<Name extends ExecutionEventName>(name: Name, listener: ExecutionListener<Name>): this;
  /** As {@link on}, for the next event of that name only. */
  once<Name extends ExecutionEventName>(name: Name, listener: ExecutionListener<Name>): this;
  /** Removes a listener. */
  off<Name extends ExecutionEventName>(name: Name, listener: ExecutionListener<Name>): this;
  /**
   * The same as {@link on}, for `events.on()` and `events.once()` of Node.js. Their types accept emitters of Node.js only:
   * `once(run as unknown as EventEmitter, 'settled')`.
   */
  addListener<Name extends ExecutionEventName>(name: Name, listener: ExecutionListener<Name>): this;
  /** The same as {@link off}, for `events.on()` and `events.once()` of Node.js. */
  removeListener<Name extends ExecutionEventName>(
    name: Name,
    listener: ExecutionListener<Name>,
  ): this;

  /**
   * The lines of both streams from the first kept one on, also after the end of the execution. Leaving the loop early
   * does not end the execution. At the end the iteration throws the error with which {@link result} rejects, if it
   * does.
   *
   * A slow loop slows the command down: lines that it has not taken count towards `maxPendingEventBytes`.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<ExecutionLine>;
  /**
   * The lines as whole lines: the pieces of a line are joined. Otherwise as the iterator.
   * @param stream - which lines; `'all'` if it is not set
   */
  lines(stream?: OutputStream | 'all'): AsyncIterableIterator<string>;
  /**
   * The lines in batches, as the event `output` has them: for many lines, since a turn of the loop costs as much as many
   * lines. Otherwise as the iterator.
   * @param stream - which lines; `'all'` if it is not set
   */
  batches(stream?: OutputStream | 'all'): AsyncIterableIterator<LinesBatch>;
  /**
   * The output as a stream of bytes. It starts with the first kept line when it is first read. While it is not read,
   * the command is held back. Destroying the stream does not end the command. At the end it fails with the error with
   * which {@link result} rejects, if it does. Lines end with `\n`; with `pty` the text is that of the terminal, for a
   * terminal emulator to show (not from an engine in another process).
   * @param stream - which output; `'stdout'` if it is not set
   * @throws a `TypeError` for `'all'` together with `encoding: 'buffer'`: the bytes of two pipes have no common order
   * @example
   * ```ts
   * await pipeline(run.readable('stdout', { encoding: 'buffer' }), createWriteStream('backup.tar'));
   * ```
   */
  readable(stream?: OutputStream | 'all', options?: ReadOptions): Readable;
  /**
   * As {@link readable}, as a web stream: a byte stream of `Uint8Array`s.
   * @param stream - which output; `'stdout'` if it is not set
   * @example
   * ```ts
   * return new Response(run.readableStream());
   * ```
   */
  readableStream(stream?: OutputStream | 'all', options?: ReadOptions): ReadableStream<Uint8Array>;

  /**
   * Ends the execution as `cancelled`: the kill signal, the grace period, `SIGKILL`, each to the whole process tree.
   * @returns `false` if it had ended already
   */
  cancel(): Promise<boolean>;
  /**
   * Sends one signal to the whole process tree, without any other effect. If the process does not exist yet, the signal
   * is kept and sent at the start. But a signal whose default action is to terminate ends a queued execution as
   * `failed`, without a process.
   * @param signal - a name or a number; `'SIGTERM'` if it is not set
   * @returns `false` if no process can be signalled: after the end, and for signal 0 also before the start
   */
  kill(signal?: SignalName | number): Promise<boolean>;
  /**
   * Begins the lease of the execution anew, see `leaseMs` of {@link ExecutionRequest}.
   * @returns `false` if it has ended or is being ended
   */
  renew(): Promise<boolean>;
  /**
   * Sets the size of the terminal of an execution with `pty`; its command gets `SIGWINCH`. Before the start the size is
   * kept. After the end it has no effect.
   * @throws `ERR_IO` without `pty`; `ERR_OUT_OF_RANGE` for a number outside 1 to 65535
   */
  resize(size: TerminalSize): Promise<void>;
  /** Cancels the execution and waits until its process is reaped, at the end of an `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The handle of an execution with `stdin: 'pipe'`, or with `pty` and without `input`. */
export interface PipedExecution extends Execution {
  readonly stdin: Writable;
  /**
   * {@link stdin} as a web stream. It accepts text and bytes at the pace of the child. If it is not closed when the
   * command ends, it fails with `ERR_IO`.
   */
  writableStream(): WritableStream<InputData>;
  /**
   * {@link stdin} and {@link readable} as one stream, for the middle of a `pipeline`. It closes when the output has
   * been read to its end. If the source still has data to write at that time, the pipeline fails with
   * `ERR_STREAM_PREMATURE_CLOSE`.
   * @param stream - the output to read; `'stdout'` if it is not set
   */
  duplex(stream?: OutputStream | 'all', options?: ReadOptions): Duplex;
}

/**
 * The request of `engine.run()`. `Stdin`, `Pty` and `Input` are the types of its fields `stdin`, `pty` and `input`, which
 * decide about the type of the handle.
 */
export type RunRequest<
  Stdin extends ExecutionRequest['stdin'],
  Pty extends ExecutionRequest['pty'] = undefined,
  Input extends ExecutionRequest['input'] = undefined,
> = ExecutionRequest & {
  stdin?: Stdin | undefined;
  pty?: Pty | undefined;
  input?: Input | undefined;
};

/**
 * The handle of an execution by its request: a {@link PipedExecution} with `stdin: 'pipe'`, and with a `pty` without
 * `input`.
 */
export type RunHandle<
  Stdin extends ExecutionRequest['stdin'],
  Pty extends ExecutionRequest['pty'] = undefined,
  Input extends ExecutionRequest['input'] = undefined,
> = [Stdin] extends ['pipe']
  ? PipedExecution
  : [Pty, Input] extends [PtyOptions | true, undefined]
    ? PipedExecution
    : Execution;

/**
 * The methods of an engine. Every method returns a promise, except {@link run}, whose handle is one, and
 * {@link ExecutionEngineApi.attach | attach}. Methods that return a promise do not throw synchronously, so that the
 * interface also fits an engine in another process.
 *
 * The promises reject with {@link ExecutionError}s, which have a `code`. Values of the wrong type reject with a
 * `TypeError` or `RangeError` like Node's own, with a `code` such as `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`.
 * Methods that take an id reject with `ERR_EXECUTION_NOT_FOUND` if the engine has no execution with that id. After
 * {@link shutdown} every method rejects with `ERR_ENGINE_CLOSED`.
 */
export interface ExecutionEngineApi {
  /** The effective configuration, frozen. */
  readonly config: Readonly<ExecutionConfig>;

  /** Adds a listener for the events of all executions; see `ExecutionEvents`. */
  on<Name extends ExecutionEventName>(name: Name, listener: ExecutionListener<Name>): this;
  /** As {@link on}, for the next event of that name only. */
  once<Name extends ExecutionEventName>(name: Name, listener: ExecutionListener<Name>): this;
  /** Removes a listener. */
  off<Name extends ExecutionEventName>(name: Name, listener: ExecutionListener<Name>): this;
  /**
   * The same as {@link on}, for `events.on()` and `events.once()` of Node.js. Their types accept emitters of Node.js only:
   * `once(run as unknown as EventEmitter, 'settled')`.
   */
  addListener<Name extends ExecutionEventName>(name: Name, listener: ExecutionListener<Name>): this;
  /** The same as {@link off}, for `events.on()` and `events.once()` of Node.js. */
  removeListener<Name extends ExecutionEventName>(
    name: Name,
    listener: ExecutionListener<Name>,
  ): this;

  /**
   * Starts a command.
   * @param options - `signal`: if it aborts before the request is admitted, the request is withdrawn: its process is
   * not started, or is ended. After the admission the signal has no effect, unlike that of {@link run}
   * @returns the id, when the request is admitted. That is before the process has started, and before the first event
   * @throws `ERR_VALIDATION`, `ERR_CONCURRENCY_LIMIT`, `ERR_DUPLICATE_ID`, `ERR_SERIALIZATION`
   */
  execute(request: ExecutionRequest, options?: WaitOptions): Promise<string>;
  /**
   * Starts a command and returns its handle at once. Its result also rejects with the errors of {@link execute}.
   * @param request - with `stdin: 'pipe'`, or `pty` without `input`, the handle is a {@link PipedExecution}
   * @param options - `signal` cancels the execution; with `reject` the result rejects for every outcome except success
   * @example
   * ```ts
   * const { stdout } = await engine.run(
   *   { command: { type: 'exec', program: 'git', args: ['rev-parse', 'HEAD'] } },
   *   { reject: true },
   * );
   * ```
   */
  run<
    Stdin extends ExecutionRequest['stdin'],
    Pty extends ExecutionRequest['pty'],
    Input extends ExecutionRequest['input'] = undefined,
  >(request: RunRequest<Stdin, Pty, Input>, options?: RunOptions): RunHandle<Stdin, Pty, Input>;

  /**
   * A handle for an execution that the engine holds, running or finished, that was started by {@link execute} or in
   * another part of the program. It reads the kept lines from the first one on, like any late reader. For an execution
   * of {@link run} that has not ended it is the handle of that call. Its `result` rejects as {@link waitForCompletion}
   * does; a rejection that is not handled has no effect.
   * @returns `undefined` if the engine has no execution with that id, and after a shutdown
   * @throws a `TypeError`, synchronously, if `id` is not a string
   * @example
   * ```ts
   * for (const { id } of await engine.listExecutions({ status: 'running' })) {
   *   engine.attach(id)?.on('stdout', ({ line }) => console.log(id, line));
   * }
   * ```
   */
  attach(id: string): Execution | undefined;

  /**
   * Checks a request as {@link execute} does, and starts nothing: no process, no file, no record. The number of executions
   * that run is not checked.
   * @param options - `files: false`: the program, the script and the working directory need not exist yet
   * @throws the error with which {@link execute} would reject: `ERR_VALIDATION`, `ERR_DUPLICATE_ID`, `ERR_SERIALIZATION`,
   * or a `TypeError`
   * @example
   * ```ts
   * await engine.validate({ command: { type: 'exec', program: 'terraform', args: ['apply'] }, timeoutMs: 60_000 });
   * ```
   */
  validate(request: ExecutionRequest, options?: ValidateOptions): Promise<void>;

  /** The current status of an execution. */
  getStatus(id: string): Promise<ExecutionStatus>;
  /**
   * The result, or `null` if the execution has not ended.
   * @param options - `encoding`: `'buffer'` returns the exact bytes of the output; `'utf8'` if it is not set. `redacted`:
   * `false` returns the output as the command wrote it, with secrets and escape sequences, if its request has `capture: 'raw'`
   * @throws `ERR_EXECUTION_NOT_FOUND` for an unknown id; `ERR_INVALID_ARG_VALUE` for `redacted: false` without
   * `capture: 'raw'`
   */
  getResult(
    id: string,
    options?: { encoding?: 'utf8' | undefined; redacted?: boolean | undefined },
  ): Promise<ExecutionResult | null>;
  getResult(
    id: string,
    options: { encoding: 'buffer'; redacted?: boolean | undefined },
  ): Promise<ExecutionResult<Uint8Array> | null>;
  /**
   * Waits for the end of an execution and returns its result; returns at once if it has ended. It resolves for every
   * execution whose process ran to an end, whatever the end.
   * @param options - `timeoutMs`: milliseconds to wait; without a limit if it is not set. `signal`: ends the wait
   * @throws `ERR_SPAWN_FAILED`, `ERR_OUTPUT_SIZE_EXCEEDED` or `ERR_IO`, which have a `result`, if the engine could not
   * carry the execution out; `ERR_WAIT_TIMEOUT`, which ends the wait and not the execution
   */
  waitForCompletion(
    id: string,
    options?: WaitOptions & { timeoutMs?: number | undefined },
  ): Promise<ExecutionResult>;

  /**
   * Ends an execution as `cancelled`. A pending execution never gets a process.
   * @returns `true` if it was pending or running, `false` if it had ended
   */
  cancel(id: string): Promise<boolean>;
  /**
   * Ends the executions that are pending or running, as {@link cancel}.
   * @param filter - which ones, as for {@link listExecutions}
   * @returns how many were ended
   */
  cancelAll(filter?: ExecutionFilter): Promise<number>;
  /**
   * Begins the lease of an execution anew, see `leaseMs` of {@link ExecutionRequest}. Without a lease it has no effect.
   * @returns `false` if the execution has ended or is being ended
   */
  renew(id: string): Promise<boolean>;
  /**
   * Writes to the stdin of an execution with `stdin: 'pipe'`, or to its terminal. It resolves when the pipe has accepted the bytes. A child
   * that stops reading is not an error.
   * @param data - text is written as UTF-8
   * @param options - `signal`: ends the wait; bytes that were passed on are written nevertheless
   * @throws `ERR_IO` without `stdin: 'pipe'`, and after {@link closeInput}
   */
  sendInput(id: string, data: InputData, options?: WaitOptions): Promise<void>;
  /**
   * Closes the stdin of an execution with `stdin: 'pipe'`, after the bytes that were written before. A terminal gets its
   * end-of-file character (Ctrl-D), twice if a line has begun, and stays open.
   * @throws `ERR_IO` without `stdin: 'pipe'`, and if it is already closed
   */
  closeInput(id: string): Promise<void>;
  /**
   * Sets the size of the terminal of an execution with `pty`; its command gets `SIGWINCH`. Before the start the size is
   * kept. After the end it has no effect.
   * @throws `ERR_IO` without `pty`; `ERR_OUT_OF_RANGE` for a number outside 1 to 65535
   */
  resize(id: string, size: TerminalSize): Promise<void>;
  /**
   * Sends one signal to the whole process tree, without any other effect. If the process does not exist yet, the signal
   * is kept and sent at the start. But a signal whose default action is to terminate ends a queued execution as
   * `failed`, without a process.
   * @param signal - a name or a number; 0 only checks whether there is a process
   * @returns `false` if no process can be signalled: after the end, and for signal 0 also before the start
   */
  kill(id: string, signal: SignalName | number): Promise<boolean>;

  /**
   * Changes `maxConcurrentExecutions` of the running engine; its `config` stays as it is. A lower limit ends nothing: it is
   * reached as executions end.
   * @param limit - an integer of at least 1
   */
  setConcurrency(limit: number): Promise<void>;
  /**
   * Changes the limit of one `key` of the running engine. A lower limit ends nothing.
   * @param limit - an integer of at least 1; `null`: back to `maxConcurrentPerKey`
   */
  setKeyLimit(key: string, limit: number | null): Promise<void>;
  /** Starts nothing more until {@link resume}: requests wait in the queue, if there is one. What runs is left alone. */
  pause(): Promise<void>;
  /** Ends a {@link pause}. */
  resume(): Promise<void>;

  /**
   * Redacts one more secret, as those in `redact` of the configuration, in all executions: those that run, those
   * that are queued, and the records of those that have ended. When the promise resolves, `***` replaces it in every
   * event, result, listing, error, replay, and in what is written from then on to log, overflow and recording files.
   * What was shown or written before stays, and so does the beginning of a line that an event has reported before.
   * @param text - at least 4 characters, not counting white space around it; at most 65 536 bytes
   * @throws `ERR_VALIDATION` with `reason` `'INVALID_REDACT'` if it is shorter or longer; a `TypeError` if it is no string
   * @example
   * ```ts
   * const token = await login();
   * await engine.addSecret(token); // before any command can print it
   * ```
   */
  addSecret(text: string): Promise<void>;

  /** The executions of which the engine has a record, newest first. */
  listExecutions(filter?: ExecutionFilter): Promise<ExecutionSummary[]>;
  /** The number of executions that are being launched or run. */
  runningCount(): Promise<number>;
  /** The number of executions in the queue. */
  queuedCount(): Promise<number>;
  /**
   * Drops the record of a finished execution, and its overflow files unless `keepOverflowFiles` is set.
   * @throws `ERR_EXECUTION_ACTIVE` if it has not ended
   */
  removeExecution(id: string): Promise<void>;
  /**
   * Drops the records that are older than `executionRetentionSecs`, then the oldest ones over `maxInMemoryExecutions`.
   * @returns the number of dropped records
   */
  cleanup(): Promise<number>;
  /** Starts the automatic cleanup. No effect if it is on. */
  startCleanupTask(): Promise<void>;
  /** Stops the automatic cleanup. No effect if it is off. */
  stopCleanupTask(): Promise<void>;
  /** Counters of the engine since its start. */
  stats(): Promise<EngineStats>;

  /**
   * Resolves when no execution is running or queued.
   * @param options - `signal`: ends the wait
   */
  onIdle(options?: WaitOptions): Promise<void>;
  /**
   * Rejects new requests, ends all executions (`killSignal`, grace period, `SIGKILL`), settles every promise and ends
   * the threads. A second call returns the same promise. A shutdown cannot be aborted, so it takes no signal.
   * @param options - `graceMs`: milliseconds of the grace period; if it is not set, `forceKillAfterDelayMs` of the
   * configuration, or 5000 if that is `false`
   * @returns the processes that could not be ended
   */
  shutdown(options?: { graceMs?: number | undefined }): Promise<ShutdownResult>;
  /** {@link shutdown}, at the end of an `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
