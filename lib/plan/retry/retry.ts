/** `retry()`: a command that is run again after a failure. */

import type { ExecutionEngineApi } from '../../../types/api';
import type { RetriedExecution, RetryPolicy } from '../../../types/plan';
import type { ExecutionRequest, RunOptions } from '../../../types/request';
import { asObject, ownValue, runOptions, wrongType, wrongValue } from '../../core/index';
import { attemptRequest, requestCopy } from './attempt-request';
import { type Clock, systemClock } from './clock';
import { RefusedRun } from './refused-run';
import { RetriedRun } from './retried-run';
import { checkedPolicy } from './retry-policy';

/**
 * Runs a command, and runs it again after a failure that the policy names. Works with every engine: one of this process,
 * or the client of a bridge.
 *
 * A bad policy or request rejects the result. Each attempt has an id of its own: the `id` of the request is that of the
 * first one. Each attempt has its number as the tag `attempt` in its metadata. A request with `stdin: 'pipe'` is rejected,
 * since what was written to one attempt cannot be repeated for the next: use `input`.
 *
 * @param policy - when and how often the command is run again
 * @param options - `signal` cancels the current attempt and the delays; with `reject` the result rejects for every
 * outcome of the last attempt except success
 * @example
 * ```ts
 * const run = retry(engine, request, { attempts: 3, on: ['exit', 'timeout'] });
 * run.on('retrying', ({ attempt, delayMs }) => console.log(`attempt ${attempt} failed, next in ${delayMs} ms`));
 * const { success, attempts } = await run;
 * ```
 */
export function retry(
  engine: ExecutionEngineApi,
  request: ExecutionRequest,
  policy: RetryPolicy,
  options?: RunOptions,
): RetriedExecution {
  return retryWith(engine, request, policy, options, systemClock);
}

/** With the clock of a test. */
export function retryWith(
  engine: ExecutionEngineApi,
  request: ExecutionRequest,
  policy: RetryPolicy,
  options: RunOptions | undefined,
  clock: Clock,
): RetriedExecution {
  try {
    const checked = runOptions(options);
    const copy = requestCopy('request', request);
    if (copy.stdin === 'pipe') {
      const problem = "must not be 'pipe': no attempt can repeat the input. Use 'input'";
      throw wrongValue('request.stdin', problem);
    }
    return new RetriedRun({
      engine: asEngine(engine),
      policy: checkedPolicy('policy', policy),
      options: checked,
      clock,
      request: (number) => attemptRequest(copy, number),
      place: undefined,
    });
  } catch (error) {
    return new RefusedRun(ownValue(request, 'id'), error);
  }
}

export function asEngine(value: unknown): ExecutionEngineApi {
  if (typeof asObject('engine', value).run === 'function') return value as ExecutionEngineApi;
  throw wrongType('engine', 'an engine', value);
}
