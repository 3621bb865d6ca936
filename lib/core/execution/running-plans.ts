/** The plans that run on an engine, for a face that shows its executions. */

import type { RunningPlan } from './plan-handle';

type Plans = Map<string, Pick<RunningPlan, 'cancel'>>;

const byEngine = new WeakMap<object, Plans>();

/** By the id of the plan. Of plans with the same id, the last one. */
export function runningPlans(engine: object): Plans {
  let plans = byEngine.get(engine);
  if (plans === undefined) {
    plans = new Map();
    byEngine.set(engine, plans);
  }
  return plans;
}

/** For an engine that stands for another one. */
export function shareRunningPlans(standIn: object, engine: object): void {
  byEngine.set(standIn, runningPlans(engine));
}

/** Returns a function that removes it, for its end. */
export function addRunningPlan(engine: object, plan: RunningPlan): () => void {
  const plans = runningPlans(engine);
  plans.set(plan.id, plan);
  return () => {
    if (plans.get(plan.id) === plan) plans.delete(plan.id);
  };
}
