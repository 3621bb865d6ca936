/**
 * Public contract: plans, their results and their events as plain data. Pages of Electron apps use them too, so they do
 * not depend on the types of Node.js.
 */

import type { ExecutionErrorInfo } from './errors';
import type { OutputStream } from './events';
import type { PlanStats, PlanStepStatus, RetryPolicy } from './plan-values';
import type { ExecutionMetadata, ExecutionRequest } from './request';
import type { ExecutionOutcome, ExecutionResult } from './result';

/** The result of the last attempt, with those of all attempts. */
export interface RetriedResult extends ExecutionResult {
  /**
   * The results of all attempts, in order; the last one equals this result. An attempt that was rejected with
   * `ERR_CONCURRENCY_LIMIT` has none. After a cancel during a delay, the last one is that of an attempt that was cancelled
   * before its process was created.
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
  /** The result of the failed attempt without the output; `null` if it was rejected with `ERR_CONCURRENCY_LIMIT`. */
  result: ExecutionOutcome | null;
}

/** The fields of a command of a plan in addition to those of its request. */
export interface PlanCommandOptions {
  /** A name for dependencies, events and listings, unique in the plan. 1 to 256 characters. */
  name?: string | undefined;
  /**
   * When the command is run again.
   * @defaultValue never
   */
  retry?: RetryPolicy | undefined;
}

/** A command of a plan. */
export type PlanCommand = ExecutionRequest & PlanCommandOptions;

/** One command at a time, in the order of the plan. */
export interface SerialStrategy {
  type: 'serial';
  /**
   * Whether a failure ends the plan: the remaining commands are skipped.
   * @defaultValue `true`
   */
  stopOnError?: boolean | undefined;
}

/** Several commands at a time, started in the order of the plan. */
export interface ParallelStrategy {
  type: 'parallel';
  /**
   * The largest number of commands that run at a time. At least 1.
   * @defaultValue the limit of the engine
   */
  maxConcurrency?: number | undefined;
  /**
   * Whether no further command starts after a failure. Running commands continue to their end.
   * @defaultValue `false`
   */
  stopOnError?: boolean | undefined;
}

/** Each command starts after the commands that it depends on. If one of those does not succeed, the command is skipped. */
export interface DependencyGraphStrategy {
  type: 'dependencyGraph';
  /**
   * By the index or name of a command, the indexes or names of the commands that it depends on. A string is looked up as a
   * name first, then as an index. Commands without an entry have no dependencies.
   */
  dependencies: Readonly<Record<string, readonly (number | string)[]>>;
  /**
   * The largest number of commands that run at a time. At least 1.
   * @defaultValue the limit of the engine
   */
  maxConcurrency?: number | undefined;
  /**
   * Whether no further command starts after a failure. Running commands continue to their end.
   * @defaultValue `false`
   */
  stopOnError?: boolean | undefined;
}

/** The order in which the commands of a plan run. Its `type` selects one of three. */
export type PlanStrategy = SerialStrategy | ParallelStrategy | DependencyGraphStrategy;

/** Several commands and their order. Unknown fields are rejected by name. */
export interface ExecutionPlan {
  /**
   * The id of the plan. 1 to 256 characters.
   * @defaultValue a random UUID
   */
  id?: string | undefined;
  /** A description for display. */
  description?: string | undefined;
  /** The order of the commands. */
  strategy: PlanStrategy;
  /** The commands, at least one. Each is a step of the plan, identified by its index, from 0. */
  commands: readonly PlanCommand[];
  /**
   * Metadata for all commands. Fields and tags of the metadata of a command take precedence. Each command also has the tags
   * `plan` (the id of the plan) and `step` (its name or index).
   */
  metadata?: ExecutionMetadata | undefined;
}

/** How one step has ended. Plain data. */
export interface PlanStep {
  /** The index of the command. */
  step: number;
  /** The name of the command, or `null`. */
  name: string | null;
  /** How the step has ended. */
  status: PlanStepStatus;
  /** The id of its execution, or of the last attempt; `null` if the step was skipped or the engine rejected it. */
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
  /** The number of steps by status. */
  stats: PlanStats;
}

interface PlanEventBase {
  /** The id of the plan. */
  planId: string;
  /** The time of the event in milliseconds since the epoch. */
  timestamp: number;
}

/** The first process of a step has started. Further attempts do not emit this event. */
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

/** A step has ended or was skipped. Without a process, a step has no `stepStarted` before it. */
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
  /** The command of the running step that was started last; `null` if no step runs. */
  currentCommand: string | null;
}

/** The events of a plan, with their payloads. */
export interface PlanEvents {
  /** The first process of a step has started. */
  stepStarted: StepStartedEvent;
  /** An attempt of a step has failed, and another one follows. */
  stepRetrying: StepRetryingEvent;
  /** A step has ended or was skipped. */
  stepFinished: StepFinishedEvent;
  /** A step has started or ended. */
  progress: PlanProgressEvent;
}

/** The name of an event of a plan. */
export type PlanEventName = keyof PlanEvents;

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
