/** The plans that one connection has started. Their steps are executions of the connection. */

import type { Execution, ExecutionEngineApi } from '../../../types/api';
import type { PlanEventName, PlanExecutor, PlanRun } from '../../../types/plan';
import type { ExecutionRequest, RunOptions } from '../../../types/request';
import type { WireOutputForm } from '../../../types/wire';
import type { WirePlan, WirePlanResult } from '../../../types/wire-plan';
import {
  type ExecutionEngine,
  engineClosed,
  engineThatRuns,
  ownValue,
  PlanRegistry,
  refusePlanPatterns,
  refusePlanRawCapture,
  wrongValue,
} from '../../core/index';
import { planFromWire } from '../wire/plan';
import { planEventToWire } from '../wire/plan-event';
import { planResultToWire } from '../wire/plan-result';
import type { ConnectionExecutions, RequestLimits } from './connection-executions';
import type { ForwardedExecution } from './forwarded-execution';
import type { WriteQueue } from './write-queue';

const EVENTS: readonly PlanEventName[] = [
  'stepStarted',
  'stepRetrying',
  'stepFinished',
  'progress',
];

export interface PlanStart {
  /** The form of the lines of its steps as events. */
  form: WireOutputForm;
  /** Whether its result has the output of its steps. */
  wholeResults: boolean;
  maxConcurrency: number | undefined;
  /** The client's signal was aborted before: nothing is started. */
  aborted: boolean;
}

export interface PlanLimits extends RequestLimits {
  /** Runs the plans; `undefined` if the host does not. */
  execute: PlanExecutor | undefined;
  maxPlans: number;
}

export class ConnectionPlans {
  readonly #engine: ExecutionEngine;
  readonly #executions: ConnectionExecutions;
  readonly #writeQueue: WriteQueue;
  readonly #limits: PlanLimits;
  readonly #plans: PlanRegistry<ForwardedExecution>;
  #isClosed = false;

  constructor(
    engine: ExecutionEngine,
    executions: ConnectionExecutions,
    writeQueue: WriteQueue,
    limits: PlanLimits,
  ) {
    this.#engine = engine;
    this.#executions = executions;
    this.#writeQueue = writeQueue;
    this.#limits = limits;
    this.#plans = new PlanRegistry(limits.maxPlans, (step) => {
      step.isCancelled = true;
    });
  }

  /** Runs a plan. Its events are queued as they come; the result follows them. */
  async start(wire: unknown, start: PlanStart): Promise<WirePlanResult> {
    const execute = this.#executor();
    const plan = planFromWire(wire as WirePlan);
    const { patternRefusal, rawRefusal } = this.#limits;
    if (patternRefusal !== undefined) refusePlanPatterns(plan, patternRefusal);
    if (rawRefusal !== undefined) refusePlanRawCapture(plan, rawRefusal);
    this.#plans.admit(plan);
    const steps = new Set<ForwardedExecution>();
    const engine = this.#forwardingEngine(start.form, steps);
    const run = execute(engine, plan, {
      maxConcurrency: start.maxConcurrency,
      ...(start.aborted && { signal: AbortSignal.abort() }),
    });
    for (const name of EVENTS) this.#forward(run, name);
    this.#plans.add(run, steps);
    return planResultToWire(await run.result, start.wholeResults);
  }

  /** `false` if no such plan runs. */
  cancel(id: string): Promise<boolean> {
    return this.#plans.cancel(id);
  }

  /** The plan of that id, for a reader of its lines. */
  find(id: string): PlanRun {
    return this.#plans.find(id);
  }

  /** Cancels all plans, and accepts no more. Called before the executions are ended. */
  close(): void {
    this.#isClosed = true;
    this.#plans.cancelAll();
  }

  /** Resolves when no plan runs. */
  idle(): Promise<void> {
    return this.#plans.idle();
  }

  #executor(): PlanExecutor {
    const { execute } = this.#limits;
    if (execute === undefined) {
      const why = 'the host has not set the option "executePlan"';
      throw wrongValue('type', `'execute_plan' is not accepted: ${why}`);
    }
    if (this.#isClosed) throw engineClosed();
    return execute;
  }

  #forward(run: PlanRun, name: PlanEventName): void {
    run.on(name, (payload) => {
      this.#writeQueue.put(() =>
        JSON.stringify({ type: 'event', payload: planEventToWire(name, payload) }),
      );
    });
  }

  /** The engine of the connection. What it runs is forwarded to the client. */
  #forwardingEngine(form: WireOutputForm, steps: Set<ForwardedExecution>): ExecutionEngineApi {
    const run = (request: ExecutionRequest, options: RunOptions = {}): Execution => {
      const signal = ownValue(options, 'signal') as AbortSignal | undefined;
      const isAborted = this.#isClosed || (signal?.aborted ?? false);
      return this.#executions.runStep(request, form, isAborted, steps);
    };
    return engineThatRuns(this.#engine, run);
  }
}
