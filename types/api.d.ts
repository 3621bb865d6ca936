/// <reference types="node" />

/** Public contract: the methods of an engine, and the handle of one execution. */

import type { Duplex, Readable, Writable } from 'node:stream';
import type { ReadableStream, WritableStream } from 'node:stream/web';
import type { ExecutionConfig } from './config';
import type { ExecutionEventName, ExecutionListener, OutputStream } from './events';
import type { ExecutionRequest, RunOptions, WaitOptions } from './request';
import type {
  EngineStats,
  ExecutionFilter,
  ExecutionResult,
  ExecutionStatus,
  ExecutionSummary,
} from './result';

/** Bytes for a child's stdin; strings are sent as UTF-8. */
export type InputData = string | NodeJS.ArrayBufferView | ArrayBufferLike;

/** One line of an execution, from its async iterator. */
export interface ExecutionLine {
  stream: OutputStream;
  /** Without its terminator. */
  line: string;
  /** Counts over both streams. */
  seq: number;
  /** The line is unfinished; its next piece comes next on this stream. */
  partial: boolean;
}

/** What {@link Execution.readable} and {@link Execution.readableStream} give. */
export interface ReadOptions {
  /**
   * - `'utf8'`: the lines while the command runs, as text in UTF-8, each ended by `\n`; an unfinished
   *   one as soon as it is there, but for `'all'`, which has whole lines only. So a `\r\n` becomes
   *   `\n`, the last line gets a `\n` if it has none, and what is no UTF-8 becomes U+FFFD.
   * - `'buffer'`: the exact bytes of one stream, once the command has ended; from its overflow file if
   *   it has one. Fails with `ERR_OUTPUT_SIZE_EXCEEDED` when not all of them are kept.
   * @defaultValue `'utf8'`
   */
  encoding?: 'utf8' | 'buffer' | undefined;
}

/**
 * One execution, from `engine.run()`. Awaiting it gives the result.
 *
 * @example
 * ```ts
 * const run = engine.run({ command: { type: 'shell', command: 'make all' } });
 * for await (const { stream, line } of run) console.log(stream, line);
 * const { exitCode } = await run;
 * ```
 */
export interface Execution extends Promise<ExecutionResult>, AsyncIterable<ExecutionLine> {
  readonly id: string;
  /** Number of the process, once it has started. */
  readonly pid: number | undefined;
  /**
   * The result, for every execution whose process ran to an end, whatever end, and for a cancelled
   * one. Rejects with the {@link ExecutionError} of a refused request, and with `ERR_SPAWN_FAILED`,
   * `ERR_OUTPUT_SIZE_EXCEEDED` or `ERR_IO`, bearing `.result`, when the engine could not carry it
   * out; with `reject: true` for everything but success. It settles after the terminal event was
   * emitted.
   */
  readonly result: Promise<ExecutionResult>;
  /**
   * The child's stdin, for `stdin: 'pipe'`; else `undefined`. A child that reads no further is no
   * error.
   */
  readonly stdin: Writable | undefined;

  /** Listens to this execution alone; see `ExecutionEvents`. */
  on<Name extends ExecutionEventName>(name: Name, listener: ExecutionListener<Name>): this;
  /** As {@link on}, for the next event of that name only. */
  once<Name extends ExecutionEventName>(name: Name, listener: ExecutionListener<Name>): this;
  /** Takes a listener away. */
  off<Name extends ExecutionEventName>(name: Name, listener: ExecutionListener<Name>): this;

  /**
   * The lines of both streams from the first kept one on, those of a finished execution too.
   * Leaving the loop early leaves the execution running. At the end it throws what {@link result}
   * rejects with, if it does. A loop that is slow slows the command down: what it has not taken
   * counts towards `maxPendingEventBytes`.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<ExecutionLine>;
  /**
   * Whole lines as strings, pieces joined; otherwise as the iterator above.
   * @param stream - @defaultValue `'all'`
   */
  lines(stream?: OutputStream | 'all'): AsyncIterableIterator<string>;
  /**
   * The output as a stream of bytes. It begins when it is first read: what came before is replayed, as
   * for the iterator above. One that is not read on holds the command back, destroying it leaves the
   * command running, and at the end it fails with what {@link result} rejects with.
   * @param stream - @defaultValue `'stdout'`
   * @example
   * ```ts
   * await pipeline(run.readable('stdout', { encoding: 'buffer' }), createWriteStream('backup.tar'));
   * ```
   */
  readable(stream?: OutputStream | 'all', options?: ReadOptions): Readable;
  /**
   * As {@link readable}, as a web stream: a byte stream, of `Uint8Array`s.
   * @param stream - @defaultValue `'stdout'`
   * @example
   * ```ts
   * return new Response(run.readableStream());
   * ```
   */
  readableStream(stream?: OutputStream | 'all', options?: ReadOptions): ReadableStream<Uint8Array>;

  /** Ends the execution as `cancelled`. `false` if it had ended already. */
  cancel(): Promise<boolean>;
  /**
   * Sends one signal to the process tree; nothing else changes. `false` if there was no process
   * (any more).
   * @param signal - a name or a number; @defaultValue `'SIGTERM'`
   */
  kill(signal?: NodeJS.Signals | number): Promise<boolean>;
  /** Cancels, and waits until the process is reaped. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The handle of an execution with `stdin: 'pipe'`. */
export interface PipedExecution extends Execution {
  readonly stdin: Writable;
  /**
   * {@link stdin} as a web stream: takes text and bytes, at the pace of the child. One that has not
   * been closed by the end of the command fails with `ERR_IO` then.
   */
  writableStream(): WritableStream<InputData>;
  /**
   * {@link stdin} and {@link readable} as one stream, to stand in the middle of a `pipeline`. It closes
   * when the output has been read to its end; a source that still has something to write then makes
   * the pipeline fail with `ERR_STREAM_PREMATURE_CLOSE`.
   * @param stream - what is read; @defaultValue `'stdout'`
   */
  duplex(stream?: OutputStream | 'all', options?: ReadOptions): Duplex;
}

/**
 * What an engine does. Every method returns a promise (but {@link run}, whose handle holds one) and
 * none throws synchronously, so that the interface also fits an engine in another process.
 *
 * Errors are {@link ExecutionError}s, see their `code`; values of the wrong type reject with a
 * `TypeError` whose `code` is `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`. Methods that take
 * an id reject with `ERR_EXECUTION_NOT_FOUND` when the engine does not know it, and after {@link
 * shutdown} every method rejects with `ERR_ENGINE_CLOSED`.
 */
export interface ExecutionEngineApi {
  /** The effective configuration, frozen. */
  readonly config: Readonly<ExecutionConfig>;

  /** Listens to all executions of the engine; see `ExecutionEvents`. */
  on<Name extends ExecutionEventName>(name: Name, listener: ExecutionListener<Name>): this;
  /** As {@link on}, for the next event of that name only. */
  once<Name extends ExecutionEventName>(name: Name, listener: ExecutionListener<Name>): this;
  /** Takes a listener away. */
  off<Name extends ExecutionEventName>(name: Name, listener: ExecutionListener<Name>): this;

  /**
   * Runs a command and does not wait for it.
   * @returns the id, as soon as the request is admitted, which is before the process has started;
   * whoever awaits it has it before the first event
   * @param options - `signal`: aborted before the admission, there is no execution: no process is
   * made, or what there is of one is cancelled. Afterwards it has no say, unlike that of {@link run}
   * @throws `ERR_VALIDATION`, `ERR_CONCURRENCY_LIMIT`, `ERR_DUPLICATE_ID`, `ERR_SERIALIZATION`
   */
  execute(request: ExecutionRequest, options?: WaitOptions): Promise<string>;
  /**
   * Runs a command and gives its handle at once; what {@link execute} would reject with, its result
   * does.
   * @example
   * ```ts
   * const { stdout } = await engine.run(
   *   { command: { type: 'exec', program: 'git', args: ['rev-parse', 'HEAD'] } },
   *   { reject: true },
   * );
   * ```
   */
  run(request: ExecutionRequest & { stdin: 'pipe' }, options?: RunOptions): PipedExecution;
  run(request: ExecutionRequest, options?: RunOptions): Execution;

  /** Where it stands right now. */
  getStatus(id: string): Promise<ExecutionStatus>;
  /** The result, or `null` while the execution is not finished. */
  getResult(
    id: string,
    options?: { encoding?: 'utf8' | undefined },
  ): Promise<ExecutionResult | null>;
  getResult(
    id: string,
    options: { encoding: 'buffer' },
  ): Promise<ExecutionResult<Uint8Array> | null>;
  /**
   * The result of every execution whose process ran to an end, whatever end; at once if it has.
   * @param options - `timeoutMs`: how long to wait; @defaultValue without limit. `signal`: ends the
   * wait too
   * @throws `ERR_SPAWN_FAILED`, `ERR_OUTPUT_SIZE_EXCEEDED` or `ERR_IO`, bearing `.result`, when the
   * engine could not carry it out; `ERR_WAIT_TIMEOUT`, which ends the wait and not the execution
   */
  waitForCompletion(
    id: string,
    options?: WaitOptions & { timeoutMs?: number | undefined },
  ): Promise<ExecutionResult>;

  /**
   * `true` if it was still pending or running, `false` if it had ended already. A pending one never
   * gets a process.
   */
  cancel(id: string): Promise<boolean>;
  /**
   * Writes to the stdin of an execution with `stdin: 'pipe'`.
   * @returns when the bytes are taken; a child that reads no further is no error
   * @param options - `signal`: ends the wait; bytes that are on their way go on
   * @throws `ERR_IO` without `stdin: 'pipe'`, and after {@link closeInput}
   */
  sendInput(id: string, data: InputData, options?: WaitOptions): Promise<void>;
  /**
   * Closes the stdin of an execution with `stdin: 'pipe'`.
   * @throws `ERR_IO` without `stdin: 'pipe'`, and when it is closed already
   */
  closeInput(id: string): Promise<void>;
  /**
   * Sends one signal to the process tree; nothing else changes.
   * @param signal - a name or a number; 0 only asks whether there is a process
   * @returns `false` if there was no process (any more)
   */
  kill(id: string, signal: NodeJS.Signals | number): Promise<boolean>;

  /** Newest first. */
  listExecutions(filter?: ExecutionFilter): Promise<ExecutionSummary[]>;
  /** Executions that have a place: those being launched and those that run. */
  runningCount(): Promise<number>;
  /** Executions that wait for a place. */
  queuedCount(): Promise<number>;
  /**
   * Forgets a finished execution and removes its overflow files.
   * @throws `ERR_EXECUTION_ACTIVE` while it is not finished
   */
  removeExecution(id: string): Promise<void>;
  /**
   * Drops, now, finished executions that are past `executionRetentionSecs`, then those over
   * `maxInMemoryExecutions`.
   * @returns how many
   */
  cleanup(): Promise<number>;
  /** Starts the automatic cleanup; no effect while it is on. */
  startCleanupTask(): Promise<void>;
  /** Stops the automatic cleanup; no effect while it is off. */
  stopCleanupTask(): Promise<void>;
  /** Counters since the engine started. */
  stats(): Promise<EngineStats>;

  /** Resolves when nothing runs or waits, at once if so. */
  onIdle(options?: WaitOptions): Promise<void>;
  /**
   * Refuses new requests, ends what runs (its `killSignal`, the grace, then `SIGKILL`), settles
   * every promise and ends the threads. A second call gets the same promise. It takes no signal: it
   * cannot be called off, and `graceMs` says how long it may take.
   * @param options - `graceMs`: @defaultValue `forceKillAfterDelayMs` of the configuration, or 5000
   * when that is `false`
   */
  shutdown(options?: { graceMs?: number | undefined }): Promise<void>;
  /** {@link shutdown}, at the end of an `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
