/**
 * The interface of the addon in `binding/`, used by `lib/core` alone. Not public.
 *
 * Rules of the border:
 * - No call waits. A call that takes time is answered later by a `Replied` record with the `ticket` of the call.
 * - Fields cross as {@link NativeValues}, without their names: a named property costs four times as much over N-API.
 * - Records are delivered as the arguments of one call, value after value. A record starts with its kind, which
 *   determines its length: see {@link RecordKind}.
 * - Each engine has one first-in-first-out channel: a reply comes after everything that happened before it.
 * - Errors cross as plain {@link NativeError} data; `lib/core/errors` makes the instances.
 */

import type { ExecutionStatus } from './result';

/**
 * The values of a configuration, a request, a result, …: one for each field of a table in `lib/core/fields`, in its
 * order. `tools/generate-fields.mjs` writes the code of both sides from the tables.
 */
export type NativeValues = readonly unknown[];

/**
 * The first value of a record, and the values after it. `lib/core/native/records` has names for the numbers: compilers
 * that work file by file cannot read a `const enum` of a declaration file.
 *
 * - 0, Replied: `ticket: number, error: NativeError | null, value: unknown`
 * - 1, Started: `token: number, timestamp: number, pid: number, command: string, key: string | null`
 * - 2, Output: `token, timestamp, stream: 0 (stdout) | 1 (stderr), firstSeq, count, partial: boolean, text: string,
 *   bytes: number, endsAt: number`. `text` is `count` entries joined with `\n`; `partial`: the last one is unfinished;
 *   `bytes`: what the batch counts in the flow control ({@link NativeEngine.hold}). `endsAt`: where the positions of the
 *   ends of the entries begin in the `ends` of the delivery; -1: they are not there.
 * - 3, Finished: `token: number, timestamp: number`, then the values of an outcome
 * - 4, Admitted: `token: number, error: NativeError | null`, the reply to `execute`
 * - 5, Echo: `token: number, timestamp: number, enabled: boolean, canonical: boolean`
 * - 6, Removed: `timestamp: number, entries`; `entries` has `token: number, id: string, reason: 0 (retention) |
 *   1 (count) | 2 (request), key: string | null` of each record that was dropped
 */
export type RecordKind = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** The engine sets every property. */
export interface NativeError {
  code: string;
  message: string;
  reason?: string | undefined;
  /** Positive, as the system has it. */
  errno?: number | undefined;
  /** The step that failed: `execve`, `chdir`, `pipe2`, … */
  syscall?: string | undefined;
  path?: string | undefined;
}

/** One piece of replayed output. Its fields are those of an `Output` record. */
export interface NativeBatch {
  stream: 0 | 1;
  firstSeq: number;
  count: number;
  partial: boolean;
  text: string;
}

export type NativeExactOutput<Text> = [
  stdout: Text,
  stdoutBytes: number,
  stdoutTruncated: boolean,
  stderr: Text,
  stderrBytes: number,
  stderrTruncated: boolean,
];

export declare class NativeEngine {
  /** The values of the default configuration; without those that cross with one and are not its fields. */
  static defaultConfig(): NativeValues;
  /** The values of an outcome in which nothing is set. */
  static emptyResult(): NativeValues;

  /**
   * Starts the threads. `deliver` receives the positions of the ends of lines in the texts of the records, which are
   * valid until it returns, and the values of the records; it must not throw. The engine does not keep the process alive
   * before {@link ref}.
   */
  // Throws an error whose `reason` is a NativeError when the engine cannot be made.
  constructor(config: NativeValues, deliver: (ends: Uint32Array, ...records: unknown[]) => void);

  /**
   * An Admitted record reports whether the request is admitted or refused. `ticket` is the
   * `token` of all records. `awaited`: a promise waits for that record, and runs before any later record is delivered.
   * `request`: as arguments, since an element of an array costs several times as much. Returns whether the id identifies
   * the execution from this call on, and so other methods accept it before the admission; `false`: the request is refused.
   */
  execute(ticket: number, awaited: boolean, ...request: NativeValues): boolean;
  /**
   * Replies without an error if `execute` would admit the request, apart from a place for it. `files`: whether the files
   * that it names are looked for.
   */
  validate(ticket: number, files: boolean, ...request: NativeValues): void;
  // `token`, here and below: that of the execution that is meant. An id can be used again after its record was dropped:
  // without the token the call reaches the execution that has the id at the moment, with it no other one.

  /** Replies `true` if the execution was pending or running, `false` if it had ended. */
  cancel(ticket: number, id: string, token?: number): void;
  /**
   * Replies `true` if the signal was sent, is kept for the start, or has ended the execution before its start; `false`
   * if no process can be signalled.
   */
  kill(ticket: number, id: string, signal: number, token?: number): void;
  /** Replies `false` if the execution has ended or is being ended. */
  renew(ticket: number, id: string, token?: number): void;
  /** Replies when the text is redacted everywhere; an error for a text that is too short or too long. */
  addSecret(ticket: number, text: string): void;
  /** These four reply when the change is in force. */
  setConcurrency(ticket: number, limit: number): void;
  /** `null`: the limit of the configuration. */
  setKeyLimit(ticket: number, key: string, limit: number | null): void;
  pause(ticket: number): void;
  resume(ticket: number): void;
  /** Replies when the pipe has accepted the bytes, or the child does not read any more. */
  sendInput(ticket: number, id: string, data: string | Uint8Array, token?: number): void;
  closeInput(ticket: number, id: string, token?: number): void;
  /** Replies when the terminal has the size, or will have it at the start, or has ended. */
  resize(ticket: number, id: string, cols: number, rows: number, token?: number): void;
  /** Replies with the number of records removed. */
  cleanup(ticket: number): void;
  /** Replies with the {@link NativeValues} of all recovered executions, one after the other. */
  recovered(ticket: number): void;
  /**
   * Replies with `NativeBatch[]`: the retained lines up to the reply. Every later line is delivered as an `Output` record
   * after it.
   */
  replay(ticket: number, id: string, token: number): void;
  /** Replies when nothing runs any more, with the process IDs that survived. Call {@link close} then. */
  shutdown(ticket: number, graceMs: number): void;

  /** `undefined` for an unknown id, here and below. */
  status(id: string): ExecutionStatus | undefined;
  /** The values of an outcome; `null` while the execution is not finished. */
  result(id: string, token?: number): NativeValues | null | undefined;
  /**
   * The retained output of a finished execution; `null` while it is not finished. `null` in place of a text: it is longer
   * than a string can be.
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
  /**
   * The output of a finished execution before filter and redaction: its text, the bytes that were written, and whether
   * it is truncated, for each stream. `undefined` in place of a text: it was dropped. `false`: the request did not ask
   * for it; else as {@link output}.
   */
  exactOutput(
    id: string,
    encoding: 'utf8',
    token?: number,
  ): NativeExactOutput<string | null | undefined> | false | null | undefined;
  exactOutput(
    id: string,
    encoding: 'buffer',
    token?: number,
  ): NativeExactOutput<Uint8Array | undefined> | false | null | undefined;
  /** Drops a finished record. Returns the error, or `null`. */
  remove(id: string): NativeError | null;
  /** The values of the summaries, one after the other, newest first. */
  list(filter: NativeValues): NativeValues;
  runningCount(): number;
  queuedCount(): number;
  stats(): NativeValues;

  /** Whether the output of every execution is delivered. */
  watchAll(on: boolean): void;
  /** Whether the output of this execution is delivered. An unknown id is ignored. */
  watch(id: string, on: boolean, token: number): void;
  /** Whether Removed records are delivered. */
  watchRemovals(on: boolean): void;
  /** The token of an execution that has ended, and whether its output came from a terminal. */
  identity(id: string): [token: number, isTerminal: boolean] | undefined;
  /** During `deliver`: a slow consumer keeps these bytes of an `Output` record; they do not count as consumed yet. */
  hold(token: number, bytes: number): void;
  /** Held bytes were consumed. */
  release(token: number, bytes: number): void;

  startCleanupTask(): void;
  stopCleanupTask(): void;
  /** Keep the event loop alive, or not. Calls are not counted: the last one decides. */
  ref(): void;
  unref(): void;
  /** After the reply to `shutdown`: joins the threads and releases the channel. Idempotent. */
  close(): void;
  /** At the end of the process: delivers no more records, kills what runs without grace, reaps, joins. Idempotent. */
  abort(): void;
}

export interface NativeBinding {
  Engine: typeof NativeEngine;
  /** New ids in their text form, one after the other. */
  randomIds(): string;
  /** Version of the C++ engine, equal to that of the package. */
  version: string;
  /** Version of the Boost headers that the addon was compiled with: `1.81.0`. */
  boostVersion: string;
}
