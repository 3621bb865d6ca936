/// <reference types="node" />

/** Public contract of `escher-execution-engine/plan`: executions with retries, and plans of several commands. */

import type { Execution, ExecutionEngineApi } from './api';
import type { ExecutionEvents } from './events';
import type {
  ExecutionPlan,
  PlanEventName,
  PlanEvents,
  PlanExecutionResult,
  PlanLine,
  RetriedResult,
  RetryingEvent,
} from './plan-data';

export type {
  DependencyGraphStrategy,
  ExecutionPlan,
  ParallelStrategy,
  PlanCommand,
  PlanCommandOptions,
  PlanEventName,
  PlanEvents,
  PlanExecutionResult,
  PlanLine,
  PlanProgressEvent,
  PlanStep,
  PlanStrategy,
  RetriedResult,
  RetryingEvent,
  SerialStrategy,
  StepFinishedEvent,
  StepRetryingEvent,
  StepStartedEvent,
} from './plan-data';
export type { PlanStats, PlanStepStatus, RetryCause, RetryPolicy } from './plan-values';

/**
 * The events of a {@link RetriedExecution}: those of all attempts, with the id of their attempt. The events at the end
 * (`completed`, `failed`, `timeout`, `cancelled`, `settled`) are emitted for the last attempt only.
 */
export interface RetriedEvents extends ExecutionEvents {
  /** An attempt has failed, and another one follows. */
  retrying: RetryingEvent;
}

/** The name of an event of a {@link RetriedExecution}. */
export type RetriedEventName = keyof RetriedEvents;

/** A listener for an event of a {@link RetriedExecution}. */
export type RetriedListener<Name extends RetriedEventName> = (payload: RetriedEvents[Name]) => void;

/**
 * A command and its retries, from `retry()`: one {@link Execution} for all attempts.
 *
 * Its `id` and its `pid` are those of the current attempt. Its iterators yield the lines of all attempts; `seq` starts at
 * 0 in each attempt. The exact bytes (`encoding: 'buffer'`) are those of the last attempt. `cancel()` also ends the delay
 * between two attempts: the last attempt is then cancelled without a process, and the engine has no record of its `id`.
 * `kill()` sends a signal to the current attempt.
 */
export interface RetriedExecution extends Execution {
  /** The result of the last attempt. It resolves and rejects like the result of an {@link Execution}. */
  readonly result: Promise<RetriedResult>;

  /** Adds a listener; see {@link RetriedEvents}. */
  on<Name extends RetriedEventName>(name: Name, listener: RetriedListener<Name>): this;
  /** As {@link on}, for the next event of that name only. */
  once<Name extends RetriedEventName>(name: Name, listener: RetriedListener<Name>): this;
  /** Removes a listener. */
  off<Name extends RetriedEventName>(name: Name, listener: RetriedListener<Name>): this;
  /**
   * The same as {@link on}, for `events.on()` and `events.once()` of Node.js. Their types accept emitters of Node.js only:
   * `once(run as unknown as EventEmitter, 'settled')`.
   */
  addListener<Name extends RetriedEventName>(name: Name, listener: RetriedListener<Name>): this;
  /** The same as {@link off}, for `events.on()` and `events.once()` of Node.js. */
  removeListener<Name extends RetriedEventName>(name: Name, listener: RetriedListener<Name>): this;

  /** The methods of a promise of {@link result}. */
  then<Value = RetriedResult, Other = never>(
    onFulfilled?: ((result: RetriedResult) => Value | PromiseLike<Value>) | null,
    onRejected?: ((reason: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<Value | Other>;
  /** As `catch` of a promise of {@link result}. */
  catch<Other = never>(
    onRejected?: ((reason: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<RetriedResult | Other>;
  /** As `finally` of a promise of {@link result}. */
  finally(onFinally?: (() => void) | null): Promise<RetriedResult>;
}

/** Options of `executePlan()`. */
export interface PlanOptions {
  /** Cancels the plan when it aborts. If it was aborted before the call, no step is started. */
  signal?: AbortSignal | undefined;
  /**
   * The largest number of commands that run at a time. The lowest of this, the limit of the strategy and the limit of the
   * engine applies.
   * @defaultValue no further limit
   */
  maxConcurrency?: number | undefined;
}

/** A listener for an event of a plan. */
export type PlanListener<Name extends PlanEventName> = (payload: PlanEvents[Name]) => void;

/**
 * A running plan, from `executePlan()`. Awaiting it returns the result. It rejects with `ERR_VALIDATION` for an invalid
 * plan; failures of its commands are in the result.
 */
export interface PlanRun extends Promise<PlanExecutionResult>, AsyncIterable<PlanLine> {
  /** The id of the plan. */
  readonly id: string;
  /** The result. */
  readonly result: Promise<PlanExecutionResult>;

  /** Adds a listener; see {@link PlanEvents}. */
  on<Name extends PlanEventName>(name: Name, listener: PlanListener<Name>): this;
  /** As {@link on}, for the next event of that name only. */
  once<Name extends PlanEventName>(name: Name, listener: PlanListener<Name>): this;
  /** Removes a listener. */
  off<Name extends PlanEventName>(name: Name, listener: PlanListener<Name>): this;
  /**
   * The same as {@link on}, for `events.on()` and `events.once()` of Node.js. Their types accept emitters of Node.js only:
   * `once(run as unknown as EventEmitter, 'settled')`.
   */
  addListener<Name extends PlanEventName>(name: Name, listener: PlanListener<Name>): this;
  /** The same as {@link off}, for `events.on()` and `events.once()` of Node.js. */
  removeListener<Name extends PlanEventName>(name: Name, listener: PlanListener<Name>): this;

  /**
   * Yields the lines of all steps from the first kept line on, also after the end of the plan. Lines of concurrent steps
   * are interleaved; each line is whole. Leaving the loop early does not end the plan. A slow consumer slows the commands
   * down (backpressure).
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<PlanLine>;

  /**
   * Cancels the running steps, and skips the steps that were not started. A second call is a second `cancel()` of the
   * running executions: they go on to the next signal of their `stop`.
   * @returns `false` if the plan has already ended
   */
  cancel(): Promise<boolean>;
  /** Cancels the plan and waits until its processes are reaped, at the end of an `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Runs a plan: `executePlan` of `escher-execution-engine/plan`. It is an option of `serveBridge()` and `exposeEngine()`,
 * which run the plans of their clients with it.
 */
export type PlanExecutor = (
  engine: ExecutionEngineApi,
  plan: ExecutionPlan,
  options?: PlanOptions,
) => PlanRun;
