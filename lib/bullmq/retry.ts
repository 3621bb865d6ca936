/** Which failures lead to a further attempt. Pure. */

import type { CommandFailure, RetryOn } from '../../types/bullmq';
import type { ValidationReason } from '../../types/errors';
import type { TerminalStatus } from '../../types/result';

export const DEFAULT_RETRY_ON: readonly RetryOn[] = ['launch'];

/** What the decision needs of an outcome. */
export interface Ending {
  readonly status: TerminalStatus;
  readonly exitCode: number | null;
  readonly startedAt: number | null;
  readonly error: CommandFailure | null;
}

/** Requests that another machine may be able to run. */
const OF_THE_MACHINE: readonly (ValidationReason | undefined)[] = [
  'PROGRAM_NOT_FOUND',
  'SCRIPT_NOT_FOUND',
  'SCRIPT_NOT_EXECUTABLE',
  'WORKING_DIR_NOT_FOUND',
  'UNSUPPORTED_LIMIT',
  'UNSUPPORTED_PTY',
];

const LAUNCH_CODES: readonly string[] = ['ERR_SPAWN_FAILED', 'ERR_CONCURRENCY_LIMIT', 'ERR_IO'];

/** Whether no process was created, for a reason that may pass or that another machine may not have. */
function isLaunchFailure(ending: Ending, reason: ValidationReason | undefined): boolean {
  if (ending.startedAt !== null || ending.error === null) return false;
  const { code } = ending.error;
  return (
    LAUNCH_CODES.includes(code) || (code === 'ERR_VALIDATION' && OF_THE_MACHINE.includes(reason))
  );
}

export function isRetried(
  ending: Ending,
  retryOn: readonly RetryOn[],
  reason?: ValidationReason,
): boolean {
  if (ending.status === 'completed' || ending.status === 'cancelled') return false;
  return retryOn.some((on) => {
    if (on === 'launch') return isLaunchFailure(ending, reason);
    if (on === 'timeout') return ending.status === 'timeout';
    return ending.error?.code === 'ERR_COMMAND_FAILED' && ending.exitCode === on;
  });
}
