/** The plans of one owner, which is a connection of a bridge or a window: those that run, and the last ended ones. */

import type { PlanRun } from '../../../types/plan';
import { ExecutionError } from '../errors';
import { ownValue } from '../options/checks';

/** The ended plans that can be found: their handles hold the results. */
const MAX_ENDED = 16;

const ignore = (): void => undefined;

interface RunningEntry<Step> {
  readonly run: PlanRun;
  /** The executions of its steps that have not ended. */
  readonly steps: ReadonlySet<Step>;
  isCancelled: boolean;
}

export class PlanRegistry<Step> {
  readonly #maxRunning: number;
  readonly #onCancel: (step: Step) => void;
  readonly #running = new Map<string, RunningEntry<Step>>();
  readonly #ended = new Map<string, PlanRun>();

  /** `onCancel`: called for each step that runs before its plan is cancelled. */
  constructor(maxRunning: number, onCancel: (step: Step) => void) {
    this.#maxRunning = maxRunning;
    this.#onCancel = onCancel;
  }

  /** Called before a plan is started. `plan` has not been checked. */
  admit(plan: unknown): void {
    const max = this.#maxRunning;
    if (this.#running.size >= max) {
      const message = `Concurrency limit reached: ${max} plans running; "maxPlans" is ${max}`;
      throw new ExecutionError('ERR_CONCURRENCY_LIMIT', message);
    }
    const id = ownValue(plan, 'id');
    if (typeof id !== 'string' || !this.#running.has(id)) return;
    throw new ExecutionError('ERR_DUPLICATE_ID', `A plan with this id is running: ${id}`);
  }

  /** `steps` has the executions of the plan until their ends. */
  add(run: PlanRun, steps: ReadonlySet<Step>): void {
    this.#running.set(run.id, { run, steps, isCancelled: false });
    const keep = (): void => this.#keep(run);
    run.result.then(keep, keep);
  }

  /** The plan of that id, running or ended. */
  find(id: string): PlanRun {
    const run = this.#running.get(id)?.run ?? this.#ended.get(id);
    if (run !== undefined) return run;
    throw new ExecutionError('ERR_EXECUTION_NOT_FOUND', `Plan not found: ${id}`);
  }

  /** `false` if no such plan runs. */
  async cancel(id: string): Promise<boolean> {
    const plan = this.#running.get(id);
    return plan !== undefined && (await this.#cancel(plan));
  }

  /** A plan that is being cancelled is left alone: a second cancel would cut the time that its steps have. */
  cancelAll(): void {
    for (const plan of this.#running.values()) {
      if (!plan.isCancelled) this.#cancel(plan).catch(ignore);
    }
  }

  /** Resolves when no plan runs. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) {
      await Promise.all([...this.#running.values()].map(({ run }) => run.result.catch(ignore)));
    }
  }

  async #cancel(plan: RunningEntry<Step>): Promise<boolean> {
    plan.isCancelled = true;
    for (const step of plan.steps) this.#onCancel(step);
    return await plan.run.cancel();
  }

  #keep(run: PlanRun): void {
    this.#running.delete(run.id);
    this.#ended.delete(run.id);
    this.#ended.set(run.id, run);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > MAX_ENDED) this.#ended.delete(oldest as string);
  }
}
