/** What a processor returns to BullMQ, or throws. Pure. */

import { UnrecoverableError } from 'bullmq';
import type { CommandFailure, CommandOutcome } from '../../types/bullmq';
import { FAILURE_BYTES, startOf } from './bounds';
import { returnValue } from './outcome';

/** Returns for a completed job; throws for a failed one, with or without a further attempt. */
export function answer(outcome: CommandOutcome): CommandOutcome {
  if (outcome.success) return returnValue(outcome);
  const message = failureText(outcome.error);
  throw plain(outcome.willRetry ? new Error(message) : new UnrecoverableError(message));
}

/** The `failedReason` of a job. */
export const failureText = (error: CommandFailure | null): string =>
  startOf(error === null ? 'ERR_COMMAND_FAILED' : `${error.code}: ${error.message}`, FAILURE_BYTES);

/** Without a stack, which BullMQ would store. */
export function plain(error: Error): Error {
  error.stack = '';
  return error;
}
