/** Waits for the end of an execution. */

import type { RunOptions } from '../../../types/request';
import type { ExecutionResult } from '../../../types/result';
import { notFound } from '../errors';
import { NO_OPTIONS } from '../options/call';
import { type CallSite, calledAt } from '../util/call-site';
import type { ExecutionState } from './execution-state';
import type { Executions } from './executions';
import { isRejection } from './rejection';
import { rejectionOf, withOutput, withoutOutput } from './results';

/**
 * The result of an execution. Rejects with the error of a rejected or failed one. `caller`: where `run()` was called.
 */
export async function completion(
  executions: Executions,
  state: ExecutionState,
  { reject = false, signal }: RunOptions = NO_OPTIONS,
  caller?: CallSite,
): Promise<ExecutionResult> {
  state.isResultWanted = true;
  await state.whenEnded();
  if (state.isRefused) throw calledAt(state.refusalError(), caller);
  const result = state.takeResult(executions.channel.open);
  if (!isRejection(result, reject)) return result;
  const aborted = signal?.aborted === true && result.status === 'cancelled';
  throw calledAt(rejectionOf(result, aborted ? signal.reason : undefined), caller);
}

/** The result by id, once the execution has ended. */
export async function completionOf(executions: Executions, id: string): Promise<ExecutionResult> {
  const { native } = executions.channel;
  const state = executions.find(id);
  if (state !== undefined) return await completion(executions, state);
  const ended = native.result(id);
  if (!ended) throw notFound(id);
  const result = withOutput(withoutOutput(ended, id), native);
  if (isRejection(result, false)) throw rejectionOf(result);
  return result;
}
