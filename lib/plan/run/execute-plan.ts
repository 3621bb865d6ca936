/** `executePlan()`: several commands in a given order. */

import type { ExecutionEngineApi } from '../../../types/api';
import type { ExecutionPlan, PlanOptions, PlanRun } from '../../../types/plan';
import { onAbort, optional, ownFields, signalOption } from '../../core/index';
import { asEngine } from '../retry/retry';
import { asLimit, type CheckedPlan, checkedPlan, planIdOf } from './checked-plan';
import { PlanHandle, planEmitter } from './plan-handle';
import { StartedPlan } from './plan-run';

const ignore = (): void => undefined;

/**
 * Runs the commands of a plan: one after the other, several at a time, or each after those that it needs. Works with every
 * engine: one of this process, or the client of a bridge.
 *
 * The plan and its requests are checked before anything starts; what an earlier step may change, such as files and
 * programs, is checked when the step starts. A plan does not fail because the engine has no place: its steps wait for one.
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
    if (signal !== undefined) cancelWith(signal, started);
    return new PlanHandle(started);
  } catch (error) {
    return new PlanHandle(refused(id, error));
  }
}

function limited({ steps, order }: CheckedPlan, most = Number.POSITIVE_INFINITY): CheckedPlan {
  return { steps, order: { ...order, limit: Math.min(order.limit, most) } };
}

function cancelWith(signal: AbortSignal, plan: StartedPlan): void {
  const stop = onAbort(signal, () => void plan.cancel().catch(ignore));
  void plan.ended.wait().then(stop);
}

/** An invalid plan: no step begins. */
function refused(id: string, error: unknown) {
  return {
    id,
    emitter: planEmitter(),
    begun: [],
    readers: new Set<never>(),
    isOver: true,
    isCancelled: false,
    result: Promise.reject(error),
    failure: () => Promise.reject(error),
    cancel: async () => false,
  };
}
