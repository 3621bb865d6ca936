/** The result of a command with its repetitions. */

import type { RetriedResult } from '../../../types/plan';
import type { ExecutionOutcome, ExecutionResult } from '../../../types/result';
import { printable } from '../../core/index';

/** A copy of the last result, with all of them. */
export const withAttempts = (
  result: ExecutionResult,
  attempts: readonly ExecutionResult[],
): RetriedResult => printable({ ...result, attempts: [...attempts] });

/** A result without its output, as events have it. */
export function outcomeOf(result: ExecutionResult): ExecutionOutcome {
  const { stdout: _stdout, stderr: _stderr, ...outcome } = result;
  return outcome;
}
