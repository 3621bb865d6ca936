/**
 * Public contract: plans, their results and their events as plain data, which a page of an Electron app has too. Nothing
 * here depends on the types of Node.js.
 */

import type { ExecutionErrorInfo } from './errors';
import type { OutputStream } from './events';
import type { PlanStats, PlanStepStatus, RetryPolicy } from './plan-values';
import type { ExecutionMetadata, ExecutionRequest } from './request';
import type { ExecutionOutcome, ExecutionResult } from './result';

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
