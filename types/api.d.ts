/// <reference types="node" />

/** Public contract: the methods of an engine, and the handle of one execution. */

import type { Writable } from 'node:stream';
import type { ExecutionConfig } from './config';
import type { ExecutionEventName, ExecutionListener, OutputStream } from './events';
import type { ExecutionRequest, RunOptions } from './request';
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
   * @throws `ERR_VALIDATION`, `ERR_CONCURRENCY_LIMIT`, `ERR_DUPLICATE_ID`, `ERR_SERIALIZATION`
   */
  execute(request: ExecutionRequest): Promise<string>;
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
   * @param options - `timeoutMs`: how long to wait; @defaultValue without limit
   * @throws `ERR_SPAWN_FAILED`, `ERR_OUTPUT_SIZE_EXCEEDED` or `ERR_IO`, bearing `.result`, when the
   * engine could not carry it out; `ERR_WAIT_TIMEOUT`, which ends the wait and not the execution
   */
  waitForCompletion(
    id: string,
    options?: { timeoutMs?: number | undefined },
  ): Promise<ExecutionResult>;

  /**
   * `true` if it was still pending or running, `false` if it had ended already. A pending one never
   * gets a process.
   */
  cancel(id: string): Promise<boolean>;
  /**
   * Writes to the stdin of an execution with `stdin: 'pipe'`.
   * @returns when the bytes are taken; a child that reads no further is no error
   * @throws `ERR_IO` without `stdin: 'pipe'`, and after {@link closeInput}
   */
  sendInput(id: string, data: InputData): Promise<void>;
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
  onIdle(): Promise<void>;
  /**
   * Refuses new requests, ends what runs (its `killSignal`, the grace, then `SIGKILL`), settles
   * every promise and ends the threads. A second call gets the same promise.
   * @param options - `graceMs`: @defaultValue `forceKillAfterDelayMs` of the configuration, or 5000
   * when that is `false`
   */
  shutdown(options?: { graceMs?: number | undefined }): Promise<void>;
  /** {@link shutdown}, at the end of an `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
