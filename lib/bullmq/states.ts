/** The states of BullMQ's jobs as the states of executions. */

import type { CommandOutcome } from '../../types/bullmq';
import type { ExecutionStatus, TerminalStatus } from '../../types/result';

/** The status of a job by its state; `undefined` if there is no such job. */
export function statusOf(
  state: string,
  outcome: CommandOutcome | undefined,
): ExecutionStatus | undefined {
  if (state === 'unknown') return undefined;
  if (state === 'active') return 'running';
  if (state === 'completed') return 'completed';
  if (state === 'failed') return failedStatus(outcome);
  return 'pending';
}

function failedStatus(outcome: CommandOutcome | undefined): TerminalStatus {
  return outcome === undefined || outcome.status === 'completed' ? 'failed' : outcome.status;
}

export const isFinished = (state: string): boolean => state === 'completed' || state === 'failed';
