/// <reference types="node" />

/** Public contract of `escher-execution-engine/plan`: executions with retries, and plans of several commands. */

import type { Execution } from './api';
import type { ExecutionErrorInfo } from './errors';
import type { ExecutionEvents, OutputStream } from './events';
import type { PlanStats, PlanStepStatus, RetryPolicy } from './plan-values';
import type { ExecutionMetadata, ExecutionRequest } from './request';
import type { ExecutionOutcome, ExecutionResult } from './result';

export type { PlanStats, PlanStepStatus, RetryCause, RetryPolicy } from './plan-values';

/** The result of the last attempt, with those of all attempts. */
export interface RetriedResult extends ExecutionResult {
  /**
   * The results of all attempts in their order; the last one is this result. An attempt for which there was no place has
   * none. After a cancel between two attempts, the last one is that of an attempt that was cancelled before its start.
   */
  attempts: ExecutionResult[];
}

/** An attempt has failed, and another one follows. */
export interface RetryingEvent {
  /** The id of the failed attempt, a UUID in lower case. */
  executionId: string;
  /** The time of the event in milliseconds since the epoch. */
  timestamp: number;
  /** The number of the failed attempt, from 1. */
  attempt: number;
  /** Milliseconds until the next attempt. */
  delayMs: number;
  /** The result of the failed attempt without the output; `null` if there was no place for it. */
  result: ExecutionOutcome | null;
}

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
  /** The same as {@link on}, for `events.on()` and `events.once()` of Node.js. */
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

/** What a command of a plan has besides its request. */
export interface PlanCommandOptions {
  /** A name for dependencies, events and listings. No two commands have the same. */
  name?: string | undefined;
  /**
   * When the command is run again.
   * @defaultValue never
   */
  retry?: RetryPolicy | undefined;
}

/** A command of a plan. */
export type PlanCommand = ExecutionRequest & PlanCommandOptions;

/** One command after the other, in their order. */
export interface SerialStrategy {
  type: 'serial';
  /**
   * Whether a failure ends the plan: the commands after it are skipped.
   * @defaultValue `true`
   */
  stopOnError?: boolean | undefined;
}

/** Several commands at a time, started in their order. */
export interface ParallelStrategy {
  type: 'parallel';
  /**
   * The largest number of commands that run at a time. At least 1.
   * @defaultValue the limit of the engine
   */
  maxConcurrency?: number | undefined;
  /**
   * Whether nothing starts after a failure. What runs goes on to its end.
   * @defaultValue `false`
   */
  stopOnError?: boolean | undefined;
}

/** Each command after those that it needs. If one of them does not succeed, the command is skipped. */
export interface DependencyGraphStrategy {
  type: 'dependencyGraph';
  /**
   * What a command needs: by its index or name, the indexes and names of other commands. A text is first looked up as a
   * name. Commands without an entry need nothing.
   */
  dependencies: Readonly<Record<string, readonly (number | string)[]>>;
  /**
   * The largest number of commands that run at a time. At least 1.
   * @defaultValue the limit of the engine
   */
  maxConcurrency?: number | undefined;
  /**
   * Whether nothing starts after a failure. What runs goes on to its end.
   * @defaultValue `false`
   */
  stopOnError?: boolean | undefined;
}

/** The order in which the commands of a plan run. Its `type` selects one of three. */
export type PlanStrategy = SerialStrategy | ParallelStrategy | DependencyGraphStrategy;

/** Several commands and their order. Unknown fields are rejected by name. */
export interface ExecutionPlan {
  /**
   * The id of the plan, at most 256 characters.
   * @defaultValue a random UUID
   */
  id?: string | undefined;
  /** A text for people. */
  description?: string | undefined;
  /** The order of the commands. */
  strategy: PlanStrategy;
  /** The commands, at least one. A command is a step of the plan, which is known by its index. */
  commands: readonly PlanCommand[];
  /**
   * The metadata of all commands, which those of a command add to. Each command also has the tags `plan` (the id of the
   * plan) and `step` (its name or index).
   */
  metadata?: ExecutionMetadata | undefined;
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

/** The end of one step. Plain data. */
export interface PlanStep {
  /** The index of the command. */
  step: number;
  /** The name of the command, or `null`. */
  name: string | null;
  /** How the step has ended. */
  status: PlanStepStatus;
  /** The id of its execution, of the last one after retries; `null` if it was not started. */
  executionId: string | null;
  /** Why it did not succeed; `null` on success and for a skipped step. */
  error: ExecutionErrorInfo | null;
}

/** The result of a plan. Plain data. */
export interface PlanExecutionResult {
  /** The id of the plan. */
  planId: string;
  /** `'completed'` if all steps succeeded, `'cancelled'` if the plan was cancelled, else `'failed'`. */
  status: 'completed' | 'failed' | 'cancelled';
  /**
   * The results of the steps, in the order of the commands: `null` for a step that was skipped, and for one that the
   * engine rejected. The result of a command with `retry` is a {@link RetriedResult}.
   */
  results: (ExecutionResult | RetriedResult | null)[];
  /** How each step has ended, in the order of the commands. */
  steps: PlanStep[];
  /** Milliseconds from the call to the end, by a monotonic clock. */
  totalDurationMs: number;
  /** The number of steps by their end. */
  stats: PlanStats;
}

interface PlanEventBase {
  /** The id of the plan. */
  planId: string;
  /** The time of the event in milliseconds since the epoch. */
  timestamp: number;
}

/** The process of a step has started, for the first time. */
export interface StepStartedEvent extends PlanEventBase {
  /** The index of the command. */
  step: number;
  /** The name of the command, or `null`. */
  name: string | null;
  /** The id of the execution, a UUID in lower case. */
  executionId: string;
  /** The process ID. */
  pid: number;
  /** The command in printable form, redacted. */
  command: string;
}

/** An attempt of a step has failed, and another one follows. */
export interface StepRetryingEvent extends RetryingEvent {
  /** The id of the plan. */
  planId: string;
  /** The index of the command. */
  step: number;
  /** The name of the command, or `null`. */
  name: string | null;
}

/** A step has ended, or is skipped. A step that never had a process has no `stepStarted` before. */
export interface StepFinishedEvent extends PlanEventBase, PlanStep {
  /** The result without the output; `null` if there is none. */
  result: ExecutionOutcome | null;
}

/** A step has started or ended. */
export interface PlanProgressEvent extends PlanEventBase {
  /** The number of steps that have ended, skipped ones included. */
  completed: number;
  /** The number of steps. */
  total: number;
  /** The command of the step that was started last, of those that run; `null` if none runs. */
  currentCommand: string | null;
}

/** The events of a plan, with their payloads. */
export interface PlanEvents {
  /** The process of a step has started. */
  stepStarted: StepStartedEvent;
  /** An attempt of a step has failed, and another one follows. */
  stepRetrying: StepRetryingEvent;
  /** A step has ended, or is skipped. */
  stepFinished: StepFinishedEvent;
  /** A step has started or ended. */
  progress: PlanProgressEvent;
}

/** The name of an event of a plan. */
export type PlanEventName = keyof PlanEvents;

/** A listener for an event of a plan. */
export type PlanListener<Name extends PlanEventName> = (payload: PlanEvents[Name]) => void;

/** A line of a step. */
export interface PlanLine {
  /** The index of the command. */
  step: number;
  /** The name of the command, or `null`. */
  name: string | null;
  /** The stream that the command wrote the line to. */
  stream: OutputStream;
  /** The whole line, without its terminator. */
  line: string;
}

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
  /** The same as {@link on}, for `events.on()` and `events.once()` of Node.js. */
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
