/** The plans that a client has begun. */

import type { ExecutionPlan, PlanOptions, PlanRun } from '../../../types/plan';
import type { WirePlanResult } from '../../../types/wire-plan';
import {
  asInteger,
  onAbort,
  optional,
  ownFields,
  ownValue,
  PlanHandle,
  randomId,
  signalOption,
} from '../../core/index';
import { planToWire } from '../wire/plan';
import type { RemoteConnection } from './remote-connection';
import { RemotePlan } from './remote-plan';

const ignore = (): void => undefined;

export class RemotePlans {
  readonly #connection: RemoteConnection;
  readonly #running = new Map<string, RemotePlan>();

  constructor(connection: RemoteConnection) {
    this.#connection = connection;
    connection.onPlanEvent = (event) => this.#running.get(event.plan_id)?.take(event);
  }

  /** Never throws: an invalid plan rejects the result of the handle. */
  execute(plan: ExecutionPlan, options: PlanOptions | undefined): PlanRun {
    const given = ownValue(plan, 'id');
    const id = typeof given === 'string' && given !== '' ? given : randomId();
    const begin = (running: RemotePlan) => this.#begin(running, plan, options);
    return new PlanHandle(new RemotePlan(this.#connection, id, begin));
  }

  async #begin(
    running: RemotePlan,
    plan: ExecutionPlan,
    options: PlanOptions | undefined,
  ): Promise<WirePlanResult> {
    const fields = ownFields('options', options, ['signal', 'maxConcurrency']);
    const signal = signalOption({ signal: fields.signal });
    const max_concurrency = optional(asLimit, 'options.maxConcurrency', fields.maxConcurrency);
    const { id } = running;
    const wire = { id, ...planToWire(plan) };
    const aborted = signal?.aborted ?? false;
    const sent = { plan: wire, max_concurrency, aborted, output: 'none' };
    // A second plan with the id is refused, and must not replace the first one.
    const isFirst = !this.#running.has(id);
    const stop = signal && !aborted ? onAbort(signal, running.onAborted) : ignore;
    const answer = this.#connection.ask<WirePlanResult>('execute_plan', sent);
    if (isFirst) this.#running.set(id, running);
    try {
      return await answer;
    } finally {
      stop();
      if (isFirst) this.#running.delete(id);
    }
  }
}

const asLimit = (name: string, value: unknown): number => asInteger(name, value, 1);
