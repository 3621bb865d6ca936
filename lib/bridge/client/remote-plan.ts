/** A plan that runs in the process of the engine, see `types/plan`. */

import { AsyncResource } from 'node:async_hooks';
import type { PlanExecutionResult, PlanLine } from '../../../types/plan';
import type { WirePlanEvent, WirePlanResult } from '../../../types/wire-plan';
import { planEmitter, publish, type RunningPlan } from '../../core/index';
import { planEventFromWire } from '../wire/plan-event';
import { planResultFromWire } from '../wire/plan-result';
import type { RemoteConnection } from './remote-connection';
import { remotePlanLines } from './remote-plan-lines';

const ignore = (): void => undefined;

export class RemotePlan implements RunningPlan {
  readonly id: string;
  readonly emitter = planEmitter();
  readonly result: Promise<PlanExecutionResult>;
  isCancelled = false;
  readonly #connection: RemoteConnection;
  /** The async context of the call. Listeners run in it. */
  readonly #resource = new AsyncResource('EscherPlan');
  #isOver = false;

  /** `begin` sends the plan, and gives its result. */
  constructor(
    connection: RemoteConnection,
    id: string,
    begin: (plan: RemotePlan) => Promise<WirePlanResult>,
  ) {
    this.id = id;
    this.#connection = connection;
    this.result = this.#run(begin);
  }

  async cancel(): Promise<boolean> {
    if (this.#isOver) return false;
    this.isCancelled = true;
    return await this.#connection.ask<boolean>('cancel_plan', { plan_id: this.id });
  }

  take(wire: WirePlanEvent): void {
    const event = planEventFromWire(wire);
    if (event === undefined) return;
    const { name, payload } = event;
    this.#resource.runInAsyncScope(() =>
      publish([this.emitter], name as 'started', payload as never),
    );
  }

  lines(): AsyncIterableIterator<PlanLine> {
    return remotePlanLines(this.#connection, this.id, () => this.result);
  }

  async #run(begin: (plan: RemotePlan) => Promise<WirePlanResult>): Promise<PlanExecutionResult> {
    try {
      return planResultFromWire(await begin(this));
    } finally {
      this.#isOver = true;
    }
  }

  /** For an abort signal. A lost connection is reported by the result. */
  readonly onAborted = (): void => void this.cancel().catch(ignore);
}
