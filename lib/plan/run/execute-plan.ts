/** `executePlan()`: several commands in a given order. */

import type { ExecutionEngineApi } from '../../../types/api';
import type { ExecutionPlan, PlanOptions, PlanRun } from '../../../types/plan';
import {
  addRunningPlan,
  onAbort,
  optional,
  ownFields,
  PlanHandle,
  planEmitter,
  type RunningPlan,
  signalOption,
} from '../../core/index';
import { asEngine } from '../retry/retry';
import { asLimit, type CheckedPlan, checkedPlan, planIdOf } from './checked-plan';
import { iterateSteps } from './plan-lines';
import { StartedPlan } from './plan-run';

const ignore = (): void => undefined;

/**
 * Runs the commands of a plan: one after the other, several at a time, or each after the commands that it depends on.
 * Works with every engine: one of this process, or the client of a bridge.
 *
 * The plan and all its requests are checked before anything starts. Only the files of a step that waits for another step
 * (program, script, working directory) are checked when it starts: the other step may create them. Steps wait for a free
 * slot of the engine, so a plan does not fail with `ERR_CONCURRENCY_LIMIT`.
 *
 * @param options - `signal` cancels the plan; `maxConcurrency` is a further limit of the steps that run at a time
 * @returns a handle. Its result rejects with `ERR_VALIDATION` and the reason `INVALID_PLAN` or `INVALID_DEPENDENCY_GRAPH`
 * @example
 * ```ts
 * const run = executePlan(engine, {
 *   strategy: { type: 'dependencyGraph', dependencies: { test: ['build'], pack: ['build'] } },
 *   commands: [
 *     { name: 'build', command: { type: 'shell', command: 'make' } },
 *     { name: 'test', command: { type: 'shell', command: 'make test' } },
 *     { name: 'pack', command: { type: 'shell', command: 'make pack' } },
 *   ],
 * });
 * for await (const { name, line } of run) console.log(name, line);
 * const { status, stats } = await run;
 * ```
 */
export function executePlan(
  engine: ExecutionEngineApi,
  plan: ExecutionPlan,
  options?: PlanOptions,
): PlanRun {
  const id = planIdOf(plan);
  try {
    const known = ownFields('options', options, ['signal', 'maxConcurrency']);
    const signal = signalOption({ signal: known.signal });
    const most = optional(asLimit, 'options.maxConcurrency', known.maxConcurrency);
    const started = new StartedPlan(asEngine(engine), id, limited(checkedPlan(plan, id), most));
    void started.ended.wait().then(addRunningPlan(engine, started));
    if (signal !== undefined) cancelWith(signal, started);
    return new PlanHandle(started);
  } catch (error) {
    return new PlanHandle(refused(id, error));
  }
}

function limited(plan: CheckedPlan, most = Number.POSITIVE_INFINITY): CheckedPlan {
  const { order } = plan;
  return { ...plan, order: { ...order, limit: Math.min(order.limit, most) } };
}

function cancelWith(signal: AbortSignal, plan: StartedPlan): void {
  const stop = onAbort(signal, () => void plan.cancel().catch(ignore));
  void plan.ended.wait().then(stop);
}

/** An invalid plan: no step begins. */
function refused(id: string, error: unknown): RunningPlan {
  const failure = () => Promise.reject(error);
  return {
    id,
    emitter: planEmitter(),
    isCancelled: false,
    result: failure(),
    cancel: async () => false,
    lines: () => iterateSteps({ begun: [], readers: new Set(), isOver: true, failure }),
  };
}
