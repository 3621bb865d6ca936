/** Public contract: the values of plans and retries that also cross the bridge. They need no types of Node.js. */

/**
 * A kind of failure that is retried:
 *
 * - `'launch'`: no process was created. The launch failed (`ERR_SPAWN_FAILED`), or the engine had no free slot
 *   (`ERR_CONCURRENCY_LIMIT`).
 * - `'timeout'`: `timeoutMs` or `idleTimeoutMs` expired.
 * - `'exit'`: the command ended with a non-zero exit code.
 * - `'signal'`: a signal ended the command, and the engine did not send it for a timeout or a cancel.
 */
export type RetryCause = 'launch' | 'timeout' | 'exit' | 'signal';

/** When and how often a command is run again. Unknown fields are rejected by name. */
export interface RetryPolicy {
  /** The largest number of attempts, the first one included. An integer of at least 1. */
  attempts: number;
  /**
   * Milliseconds from the end of the first attempt to the start of the second, before `jitter`.
   * @defaultValue `1000`
   */
  delayMs?: number | undefined;
  /**
   * Each further delay is the previous one times this factor. At least 1.
   * @defaultValue `2`
   */
  factor?: number | undefined;
  /**
   * The longest delay in milliseconds.
   * @defaultValue `30_000`
   */
  maxDelayMs?: number | undefined;
  /**
   * Whether each delay is a random time between 50 % and 100 % of its value, so that commands that fail at the same time
   * are not retried at the same time.
   * @defaultValue `true`
   */
  jitter?: boolean | undefined;
  /**
   * The failures that are retried. A cancelled execution and a request that fails validation are never retried.
   * @defaultValue `['launch']`
   */
  on?: readonly RetryCause[] | undefined;
  /**
   * The exit codes that are retried. It needs `'exit'` in `on`.
   * @defaultValue every non-zero exit code
   */
  exitCodes?: readonly number[] | undefined;
  /**
   * A failure of the kind `'exit'` is retried only if the last 64 KiB of stderr or of stdout match this pattern. A string
   * is the source of a regular expression, for policies that are sent as JSON. It needs `'exit'` in `on`. With the flag
   * `y` it must match at the start of that text; `g` and the `lastIndex` of the pattern have no effect.
   * @defaultValue none
   */
  output?: RegExp | string | undefined;
}

/**
 * How a step has ended: with the status of its execution, with `'skipped'` if it was not started, or with `'failed'` if
 * the engine rejected its request.
 */
export type PlanStepStatus = 'completed' | 'failed' | 'timeout' | 'cancelled' | 'skipped';

/** The number of steps by status. */
export interface PlanStats {
  /** All steps. */
  total: number;
  /** Those that succeeded. */
  completed: number;
  /** Those that failed. */
  failed: number;
  /** Those that were ended by a timeout. */
  timeout: number;
  /** Those that were cancelled. */
  cancelled: number;
  /** Those that were not started. */
  skipped: number;
}
