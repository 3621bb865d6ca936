/** Public contract: the values of plans and retries that also cross the bridge. They need no types of Node.js. */

/**
 * A kind of failure that is retried:
 *
 * - `'launch'`: there was no process. It could not be created (`ERR_SPAWN_FAILED`), or there was no place for it
 *   (`ERR_CONCURRENCY_LIMIT`).
 * - `'timeout'`: `timeoutMs` or `idleTimeoutMs` expired.
 * - `'exit'`: the command ended with a non-zero exit code.
 * - `'signal'`: the command was ended by a signal that the engine did not send for a timeout or a cancel.
 */
export type RetryCause = 'launch' | 'timeout' | 'exit' | 'signal';

/** When and how often a command is run again. Unknown fields are rejected by name. */
export interface RetryPolicy {
  /** The largest number of attempts, the first one included. An integer of at least 1. */
  attempts: number;
  /**
   * Milliseconds from the end of the first attempt to the start of the second.
   * @defaultValue `1000`
   */
  delayMs?: number | undefined;
  /**
   * The factor of each further delay. At least 1.
   * @defaultValue `2`
   */
  factor?: number | undefined;
  /**
   * The longest delay in milliseconds.
   * @defaultValue `30_000`
   */
  maxDelayMs?: number | undefined;
  /**
   * Whether each delay is a random time from its half to its whole, so that commands that failed together are not
   * repeated together.
   * @defaultValue `true`
   */
  jitter?: boolean | undefined;
  /**
   * The failures that are retried. A cancelled execution and a request that was rejected by its check are never retried.
   * @defaultValue `['launch']`
   */
  on?: readonly RetryCause[] | undefined;
  /**
   * The exit codes that are retried. It needs `'exit'` in `on`.
   * @defaultValue all but 0
   */
  exitCodes?: readonly number[] | undefined;
  /**
   * Only failures with this pattern in the last 64 KiB of stderr or of stdout are retried. A string is the source of a
   * regular expression, for policies that are JSON. It needs `'exit'` in `on`.
   * @defaultValue none
   */
  output?: RegExp | string | undefined;
}

/**
 * How a step has ended: as its execution, or `'skipped'` if it was not started. `'failed'` also for a step that the
 * engine rejected at its start.
 */
export type PlanStepStatus = 'completed' | 'failed' | 'timeout' | 'cancelled' | 'skipped';

/** The number of steps by their end. */
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
