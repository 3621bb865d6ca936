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
 * The events of a {@link RetriedExecution}: those of all attempts, with the id of the attempt. Of the events at the end of
 * an attempt (`completed`, `failed`, `timeout`, `cancelled`, `settled`) only those of the last attempt are emitted.
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
 * A command with its repetitions, from `retry()`: an {@link Execution} over all attempts.
 *
 * Its `id` and its `pid` are those of the attempt under way. Its iterators yield the lines of all attempts; `seq` starts
 * at 0 with each. The exact bytes (`encoding: 'buffer'`) are those of the last attempt. `cancel()` also ends the delay
 * between two attempts; `kill()` reaches the attempt under way.
 */
export interface RetriedExecution extends Execution {
  /** The result of the last attempt. Otherwise as the result of an {@link Execution}. */
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
  /** Cancels the plan when it aborts. If it was aborted before the call, nothing is started. */
  signal?: AbortSignal | undefined;
  /**
   * The largest number of commands that run at a time, in addition to the limits of strategy and engine.
   * @defaultValue no further limit
   */
  maxConcurrency?: number | undefined;
}

/** A listener for an event of a plan. */
export type PlanListener<Name extends PlanEventName> = (payload: PlanEvents[Name]) => void;

/**
 * A plan under way, from `executePlan()`. Awaiting it returns the result. It rejects with `ERR_VALIDATION` for an invalid
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
   * The lines of all steps, from the first kept one on, also after the end. The lines of steps that run at the same time
   * are mixed, each of them whole. Leaving the loop early does not end the plan. A slow loop holds the commands back.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<PlanLine>;

  /**
   * Cancels what runs, and starts nothing more. The steps that were not started are skipped.
   * @returns `false` if the plan had ended already
   */
  cancel(): Promise<boolean>;
  /** Cancels the plan and waits until its processes are reaped, at the end of an `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Runs a plan: `executePlan` of `escher-execution-engine/plan`. A face that runs plans of others gets it as an option. */
export type PlanExecutor = (
  engine: ExecutionEngineApi,
  plan: ExecutionPlan,
  options?: PlanOptions,
) => PlanRun;
