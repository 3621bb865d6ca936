/** Public contract: the lines of the bridge about plans. See `docs/bridge.md`. */

import type { ExecutionErrorInfo } from './errors';
import type { OutputStream } from './events';
import type { PlanStats, PlanStepStatus, RetryPolicy } from './plan-values';
import type {
  WireDuration,
  WireMetadata,
  WireName,
  WireNumber,
  WireOutcome,
  WireRequest,
  WireResult,
} from './wire';

/** When a command is run again, see `RetryPolicy`. The pattern is a text. */
export type WireRetryPolicy = {
  [Field in keyof RetryPolicy as WireName<Field & string>]:
    | (RetryPolicy[Field] extends number | undefined
        ? WireNumber
        : Field extends 'output'
          ? string
          : RetryPolicy[Field])
    | null;
};

/** The order of the commands of a plan, see `PlanStrategy`. `null` counts as absent. */
export type WirePlanStrategy =
  | { type: 'serial'; stop_on_error?: boolean | null }
  | { type: 'parallel'; max_concurrency?: number | null; stop_on_error?: boolean | null }
  | {
      type: 'dependency_graph';
      dependencies: Readonly<Record<string, readonly (number | string)[]>>;
      max_concurrency?: number | null;
      stop_on_error?: boolean | null;
    };

/** A plan: the `plan` of `execute_plan`. `null` counts as absent. */
export interface WirePlan {
  /** The id of the plan, at most 256 characters; a random UUID if it is absent. */
  id?: string | null;
  /** A text for people. */
  description?: string | null;
  /** The order of the commands. */
  strategy: WirePlanStrategy;
  /** The commands: requests with a name, and with a policy for retries. */
  commands: readonly (WireRequest & { name?: string | null; retry?: WireRetryPolicy | null })[];
  /** The metadata of all commands. */
  metadata?: WireMetadata | null;
}

/** The fields of every event of a plan. */
export interface WirePlanEventBase {
  /** The id of the plan. */
  plan_id: string;
  /** The time of the event, RFC 3339. */
  timestamp: string;
}

/** The step that an event is about. */
export interface WireStep {
  /** The index of the command. */
  step: number;
  /** The name of the command, or `null`. */
  name: string | null;
}

/** The end of a step, see `PlanStep`. */
export interface WirePlanStep extends WireStep {
  /** How the step has ended. */
  status: PlanStepStatus;
  /** The id of its execution, or of the last attempt; `null` if the step was skipped or the engine rejected it. */
  execution_id: string | null;
  /** Why it did not succeed; `null` on success and for a skipped step. */
  error: ExecutionErrorInfo | null;
}

/** An event of a plan; `event_type` is its name. `progress` is that of the crate. */
export type WirePlanEvent = WirePlanEventBase &
  (
    | ({
        event_type: 'step_started';
        execution_id: string;
        pid: number;
        command: string;
      } & WireStep)
    | ({
        event_type: 'step_retrying';
        execution_id: string;
        attempt: number;
        delay_ms: number;
        result: WireOutcome | null;
      } & WireStep)
    | ({ event_type: 'step_finished'; result: WireOutcome | null } & WirePlanStep)
    | {
        event_type: 'progress';
        completed: number;
        total: number;
        current_command: string | null;
      }
  );

/** The result of a step. `attempts`: of a command with `retry`. Without output if `execute_plan` has `"result":false`. */
export type WireStepResult = (WireResult | WireOutcome) & {
  attempts?: (WireResult | WireOutcome)[];
};

/** The result of a plan: the payload of `plan_result`. */
export interface WirePlanResult {
  /** The id of the plan. */
  plan_id: string;
  /** `"completed"` if all steps succeeded, `"cancelled"` if the plan was cancelled, else `"failed"`. */
  status: 'completed' | 'failed' | 'cancelled';
  /** The results in the order of the commands; `null` for a step that has none. */
  results: (WireStepResult | null)[];
  /** How each step has ended, in the order of the commands. */
  steps: WirePlanStep[];
  /** From the start of the plan to its end. */
  total_duration: WireDuration;
  /** The same in milliseconds. */
  total_duration_ms: number;
  /** The number of steps by status. */
  stats: PlanStats;
}

/** A line of a step, see `PlanLine`. */
export interface WirePlanLine extends WireStep {
  /** The stream that the command wrote the line to. */
  stream: OutputStream;
  /** The whole line, without its terminator. */
  line: string;
}
