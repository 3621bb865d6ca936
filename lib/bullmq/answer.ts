/** What a processor returns to BullMQ, or throws. Pure. */

import { UnrecoverableError } from 'bullmq';
import type { CommandFailure, CommandOutcome } from '../../types/bullmq';
import { ExecutionError, ownValue } from '../core/index';
import { FAILURE_BYTES, startOf } from './bounds';
import { FleetError } from './fleet-error';
import { failure, returnValue } from './outcome';

/** Returns for a completed job; throws for a failed one, with or without a further attempt. */
export function answer(outcome: CommandOutcome): CommandOutcome {
  if (outcome.success) return returnValue(outcome);
  const message = failureText(outcome.error);
  throw plain(outcome.willRetry ? new Error(message) : new UnrecoverableError(message));
}

/** The failure that an error is. */
export function failureOf(error: unknown): CommandFailure {
  const isKnown = error instanceof ExecutionError || error instanceof FleetError;
  const code: unknown = isKnown ? error.code : ownValue(error ?? {}, 'code');
  const message = error instanceof Error ? error.message : String(error);
  return failure(typeof code === 'string' ? code : 'ERR_INTERNAL', message);
}

/** The `failedReason` of a job. */
export const failureText = (error: CommandFailure | null): string =>
  startOf(error === null ? 'ERR_COMMAND_FAILED' : `${error.code}: ${error.message}`, FAILURE_BYTES);

/** Without a stack, which BullMQ would store. */
export function plain(error: Error): Error {
  error.stack = '';
  return error;
}
