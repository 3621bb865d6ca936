/** Public contract of `escher-execution-engine/testing`: an engine without processes, for tests. */

import type { ExecutionEngineApi } from './api';
import type { ExecutionConfigInput } from './config';
import type { OutputStream } from './events';
import type { ExecutionRequest } from './request';
import type { ExecutionResult } from './result';

/** One or more lines of output. Text alone is for stdout. A line terminator at the end has no effect. */
export type FakeLine = string | { stream?: OutputStream | undefined; line: string };

/**
 * How a command ends: the fields of its result that the test sets. The others follow:
 *
 * - `exitCode` other than 0 and `signal`: the status `failed` and `ERR_COMMAND_FAILED`.
 * - `error`: the status that fits its `code`. With `ERR_SPAWN_FAILED` there is no process and no event `started`.
 * - `stdout`, `stderr`: the text is also emitted, line by line, after the lines that were yielded.
 * - nothing: the exit code 0.
 */
export type FakeResult = Partial<Omit<ExecutionResult, 'id' | 'command' | 'metadata'>>;

/** Lines, and then the end. A generator can return a {@link FakeResult}. */
export type FakeLines =
  // biome-ignore lint/suspicious/noConfusingVoidType: a generator without `return` returns it.
  | Iterable<FakeLine, FakeResult | void>
  // biome-ignore lint/suspicious/noConfusingVoidType: as above.
  | AsyncIterable<FakeLine, FakeResult | void>;

/** The answer to a request: a result, lines, or text for stdout. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without `return` returns it.
export type FakeAnswer = FakeResult | FakeLines | string | void;

/** The execution that a request starts, for an answer that takes time. */
export interface FakeProcess {
  /** The id of the execution. */
  readonly id: string;
  /** Aborts when the execution is ended before it has answered: by `cancel()`, `kill()`, a timeout or `shutdown()`. */
  readonly signal: AbortSignal;
  /** What is written to stdin, as text. It ends with `closeInput()` and with the execution; at once without `stdin`. */
  readonly input: AsyncIterable<string>;
}

/** Options of `createFakeEngine()`. */
export interface FakeEngineOptions {
  /**
   * Answers a request, when it gets a place. What it throws rejects the request; for a request that has waited in the
   * queue, and for a promise that rejects, the execution fails with it.
   */
  on: (request: ExecutionRequest, process: FakeProcess) => FakeAnswer | Promise<FakeAnswer>;
  /**
   * The configuration. `maxConcurrentExecutions`, `maxQueuedExecutions`, `maxConcurrentPerKey`, `keyLimits`, `defaultTimeoutMs`, `maxTimeoutMs`,
   * `maxPendingEventBytes`, `streamOutput` and the fields about retention have an effect.
   * @defaultValue that of an engine
   */
  config?: ExecutionConfigInput | undefined;
}

/** An engine without processes, from `createFakeEngine()`. */
export interface FakeEngine extends ExecutionEngineApi {
  /** The requests that it has admitted, in their order. */
  readonly requests: readonly ExecutionRequest[];
}
