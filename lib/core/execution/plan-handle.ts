/** The handle of a plan, see `types/plan`, for a plan that runs in this process or in another one. */

import type {
  PlanEventName,
  PlanExecutionResult,
  PlanLine,
  PlanListener,
  PlanRun,
} from '../../../types/plan';
import { ExecutionEmitter } from '../events/emitter';

const ignore = (): void => undefined;

/** What the handle needs of the plan under way. */
export interface RunningPlan {
  readonly id: string;
  readonly emitter: ExecutionEmitter;
  readonly result: Promise<PlanExecutionResult>;
  readonly isCancelled: boolean;
  cancel(): Promise<boolean>;
  /** The lines of all steps, for one reader. */
  lines(): AsyncIterableIterator<PlanLine>;
}

/** Listeners are those of an emitter of executions, with other names. */
export const planEmitter = (): ExecutionEmitter => new ExecutionEmitter(ignore);

export class PlanHandle implements PlanRun {
  /** Makes a handle assignable to a `Promise` for the compiler. */
  readonly [Symbol.toStringTag] = 'PlanRun';
  readonly #plan: RunningPlan;

  /** @internal */
  constructor(plan: RunningPlan) {
    this.#plan = plan;
  }

  get id(): string {
    return this.#plan.id;
  }

  get result(): Promise<PlanExecutionResult> {
    return this.#plan.result;
  }

  on<Name extends PlanEventName>(name: Name, listener: PlanListener<Name>): this {
    this.#plan.emitter.on(name as 'started', listener as never);
    return this;
  }

  once<Name extends PlanEventName>(name: Name, listener: PlanListener<Name>): this {
    this.#plan.emitter.once(name as 'started', listener as never);
    return this;
  }

  off<Name extends PlanEventName>(name: Name, listener: PlanListener<Name>): this {
    this.#plan.emitter.off(name as 'started', listener as never);
    return this;
  }

  addListener<Name extends PlanEventName>(name: Name, listener: PlanListener<Name>): this {
    return this.on(name, listener);
  }

  removeListener<Name extends PlanEventName>(name: Name, listener: PlanListener<Name>): this {
    return this.off(name, listener);
  }

  // biome-ignore lint/suspicious/noThenProperty: awaiting the handle gives the result.
  then<Value = PlanExecutionResult, Other = never>(
    onFulfilled?: ((result: PlanExecutionResult) => Value | PromiseLike<Value>) | null,
    onRejected?: ((reason: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<Value | Other> {
    return this.result.then(onFulfilled, onRejected);
  }

  catch<Other = never>(
    onRejected?: ((reason: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<PlanExecutionResult | Other> {
    return this.result.catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<PlanExecutionResult> {
    return this.result.finally(onFinally);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<PlanLine> {
    // The iterator throws the error of an invalid plan.
    this.result.catch(ignore);
    return this.#plan.lines();
  }

  cancel(): Promise<boolean> {
    return this.#plan.cancel();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Steps that are being ended have the time that their requests give them.
    if (!this.#plan.isCancelled) await this.cancel();
    await this.result.catch(ignore);
  }
}
