/** Which outcomes reject the promise of a result. */

import type { ExecutionOutcome } from '../../../types/result';

/** Errors of outcomes that are results: the command failed by itself, or was ended on request. */
const RESULT_CODES: ReadonlySet<string> = new Set([
  'ERR_COMMAND_FAILED',
  'ERR_TIMEOUT',
  'ERR_CANCELLED',
  'ERR_LEASE_EXPIRED',
]);

/**
 * Whether an outcome rejects: always if the engine could not run the command, otherwise with the
 * option `reject`.
 */
export function isRejection(outcome: ExecutionOutcome, reject: boolean): boolean {
  if (outcome.error !== null && !RESULT_CODES.has(outcome.error.code)) return true;
  return reject && !outcome.success;
}
