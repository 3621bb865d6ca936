/** The calls of a page about plans. Their arguments are untrusted. */

import type { Execution } from '../../../types/api';
import type { PlanExecutionResult } from '../../../types/plan';
import type { ExecutionRequest, RunOptions } from '../../../types/request';
import { asInteger, asString, engineThatRuns, optional, ownValue } from '../../core/index';
import { accessDenied, pageGone } from '../page-errors';
import { authorizedPlan } from './authorize-plan';
import type { Caller } from './caller';
import { ownedExecution } from './owned-execution';

/** Runs a plan for the callbacks with that `number`. Resolves with its id when the app has allowed it. */
export async function executePlan(
  caller: Caller,
  untrusted: unknown,
  options: unknown,
  number: number,
  lines: boolean,
): Promise<string> {
  const { settings, sender, window, page } = caller;
  const { executePlan: execute } = settings;
  if (execute === undefined) {
    throw accessDenied('Pages may not run plans: exposeEngine() has no "executePlan"');
  }
  const maxConcurrency = optional(
    asLimit,
    'options.maxConcurrency',
    ownValue(options, 'maxConcurrency'),
  );
  const plan = await authorizedPlan(untrusted, sender, settings);
  if (page.isClosed) throw pageGone();
  window.plans.admit(plan);
  const steps = new Set<Execution>();
  const run = execute(engineForSteps(caller, steps), plan, { maxConcurrency });
  window.plans.add(run, steps);
  page.watchPlan(number, run, lines);
  return run.id;
}

/** `false` if no such plan of the window runs. */
export const cancelPlan = ({ window }: Caller, id: unknown): Promise<boolean> =>
  window.plans.cancel(asString('id', id));

export const planResult = async ({ window }: Caller, id: unknown): Promise<PlanExecutionResult> =>
  await window.plans.find(asString('id', id)).result;

const asLimit = (name: string, value: unknown): number => asInteger(name, value, 1);

/** The engine for the steps of a plan. What it runs belongs to the window, and is in `steps` until its end. */
function engineForSteps(caller: Caller, steps: Set<Execution>): Caller['engine'] {
  const { engine } = caller;
  return engineThatRuns(engine, (request: ExecutionRequest, options?: RunOptions) => {
    const { execution, admitted } = ownedExecution(caller, request, options);
    steps.add(execution);
    const end = (): void => void steps.delete(execution);
    execution.result.then(end, end);
    // The result of the step has its refusal.
    admitted.catch(() => undefined);
    return execution;
  });
}
