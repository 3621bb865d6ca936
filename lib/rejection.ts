/** Which ends make promises reject. */

import type { ExecutionOutcome } from '../types/result';

/** Ends that are results: the process did what it did, or was not wanted any more. */
const RESULT_CODES: ReadonlySet<string> = new Set([
  'ERR_COMMAND_FAILED',
  'ERR_TIMEOUT',
  'ERR_CANCELLED',
]);

/** Whether an end rejects: always when the engine could not carry the execution out, or at will. */
export function isRejection(outcome: ExecutionOutcome, reject: boolean): boolean {
  if (outcome.error !== null && !RESULT_CODES.has(outcome.error.code)) return true;
  return reject && !outcome.success;
}
