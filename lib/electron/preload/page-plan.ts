/** A plan of the page. */

import type { PagePlan, PagePlanCallbacks, PagePlanOptions } from '../../../types/electron';
import type { ExecutionPlan } from '../../../types/plan-data';
import type { PlanWireName } from '../ipc';
import { begun, callbacksByEvent } from './callbacks';
import type { PageClient } from './page-client';

const CALLBACKS = {
  onStepStarted: 'stepStarted',
  onStepRetrying: 'stepRetrying',
  onStepFinished: 'stepFinished',
  onProgress: 'progress',
  onLines: 'lines',
  onSettled: 'settled',
} as const satisfies Record<keyof PagePlanCallbacks, PlanWireName>;

export async function executePlan(
  client: PageClient,
  plan: ExecutionPlan,
  callbacks: PagePlanCallbacks | undefined,
  options: PagePlanOptions | undefined,
): Promise<PagePlan> {
  const byEvent = callbacksByEvent(CALLBACKS, callbacks);
  const { id, number } = await begun(client, byEvent, (watch) =>
    client.call('executePlan', plan, options, watch, byEvent.has('lines')),
  );
  return {
    id,
    cancel: () => client.call('cancelPlan', id),
    result: () => client.call('planResult', id),
    unwatch: () => {
      client.forget(number);
      client.call('unwatch', number).catch(() => undefined);
    },
  };
}
