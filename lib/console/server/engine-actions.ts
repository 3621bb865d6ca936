/** The actions of a page on the engine as a whole, and on its plans. */

import type { ExecutionEngineApi } from '../../../types/api';
import { runningPlans } from '../../core/index';
import { asLimit, type Fields, rejectUnknown } from './request-checks';

type Action = (fields: Fields) => Promise<unknown>;

export class EngineActions {
  readonly #engine: ExecutionEngineApi;
  readonly #onLimit: (maxConcurrent: number) => void;

  /** `POST /api/<action>` */
  readonly #actions: ReadonlyMap<string, Action> = new Map<string, Action>([
    ['pause', (fields) => this.#pause(fields)],
    ['resume', (fields) => this.#resume(fields)],
    ['limit', (fields) => this.#limit(fields)],
  ]);

  /** `onLimit`: the number of commands that run at a time was changed. */
  constructor(engine: ExecutionEngineApi, onLimit: (maxConcurrent: number) => void) {
    this.#engine = engine;
    this.#onLimit = onLimit;
  }

  find(pathname: string): Action | undefined {
    return this.#actions.get(/^\/api\/(\w+)$/.exec(pathname)?.[1] ?? '');
  }

  /**
   * Of a plan that another process runs, its steps only are known: they are cancelled.
   * @returns how many plans or steps are being cancelled
   */
  async cancelPlan(id: string, fields: Fields): Promise<{ cancelled: number }> {
    rejectUnknown(fields, []);
    const plan = runningPlans(this.#engine).get(id);
    if (plan !== undefined) return { cancelled: Number(await plan.cancel()) };
    return { cancelled: await this.#engine.cancelAll({ tag: `plan=${id}` }) };
  }

  async #pause(fields: Fields): Promise<unknown> {
    rejectUnknown(fields, []);
    await this.#engine.pause();
    return {};
  }

  async #resume(fields: Fields): Promise<unknown> {
    rejectUnknown(fields, []);
    await this.#engine.resume();
    return {};
  }

  async #limit(fields: Fields): Promise<unknown> {
    const body = asLimit(fields);
    if ('key' in body) {
      await this.#engine.setKeyLimit(body.key, body.limit);
    } else {
      await this.#engine.setConcurrency(body.limit);
      this.#onLimit(body.limit);
    }
    return {};
  }
}
