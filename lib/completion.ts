/** Waiting for the end of an execution. */

import type { RunOptions } from '../types/request';
import type { ExecutionResult } from '../types/result';

import { notFound } from './errors';
import type { Executions } from './executions';
import type { LiveExecution } from './live';
import { outcomeOf } from './outcome';
import { isRejection } from './rejection';
import { rejectionOf, withOutput } from './results';

/** The result of a known execution, or the error that stands for it. */
export async function completion(
  executions: Executions,
  live: LiveExecution,
  { reject = false, signal }: RunOptions = {},
): Promise<ExecutionResult> {
  live.resultWanted = true;
  await live.end.wait();
  if (live.refused) throw live.refusalError();
  const result = live.takeResult(executions.channel.open);
  if (!isRejection(result, reject)) return result;
  const aborted = signal?.aborted === true && result.status === 'cancelled';
  throw rejectionOf(result, aborted ? signal.reason : undefined);
}

/** The result by id: of one that is under way when it ends, of an ended one at once. */
export async function completionOf(executions: Executions, id: string): Promise<ExecutionResult> {
  const { native } = executions.channel;
  const live = executions.find(id);
  if (live !== undefined) return await completion(executions, live);
  const ended = native.result(id);
  if (!ended) throw notFound(id);
  const result = withOutput(outcomeOf(id, ended), native);
  if (isRejection(result, false)) throw rejectionOf(result);
  return result;
}
