/** The plans that one connection has started. Their steps are executions of the connection. */

import type { Execution, ExecutionEngineApi } from '../../../types/api';
import type { PlanExecutor } from '../../../types/bridge';
import type { ExecutionPlan, PlanEventName, PlanRun } from '../../../types/plan';
import type { ExecutionRequest, RunOptions } from '../../../types/request';
import type { WireOutputForm } from '../../../types/wire';
import type { WirePlan, WirePlanResult } from '../../../types/wire-plan';
import {
  type ExecutionEngine,
  ExecutionError,
  engineClosed,
  ownValue,
  refuseProgressPattern,
  wrongValue,
} from '../../core/index';
import { hasRetryPattern, planFromWire } from '../wire/plan';
import { planEventToWire } from '../wire/plan-event';
import { planResultToWire } from '../wire/plan-result';
import type { ConnectionExecutions } from './connection-executions';
import type { ForwardedExecution } from './forwarded-execution';
import type { WriteQueue } from './write-queue';

const EVENTS: readonly PlanEventName[] = [
  'stepStarted',
  'stepRetrying',
  'stepFinished',
  'progress',
];

/** The ended plans whose lines can be read: their handles hold the results. */
const MAX_ENDED = 16;

const ignore = (): void => undefined;

export interface PlanStart {
  /** The form of the lines of its steps as events. */
  form: WireOutputForm;
  /** Whether its result has the output of its steps. */
  wholeResults: boolean;
  maxConcurrency: number | undefined;
  /** The client's signal was aborted before: nothing is started. */
  aborted: boolean;
}

export interface PlanLimits {
  /** Runs the plans; `undefined` if the host does not. */
  execute: PlanExecutor | undefined;
  maxPlans: number;
  /** Why plans and requests must not have patterns; `undefined` if they may. */
  patternRefusal: string | undefined;
}

interface ConnectionPlan {
  readonly run: PlanRun;
  /** The executions of its steps that have not ended. */
  readonly steps: ReadonlySet<ForwardedExecution>;
  isCancelled: boolean;
}

export class ConnectionPlans {
  readonly #engine: ExecutionEngine;
  readonly #executions: ConnectionExecutions;
  readonly #writeQueue: WriteQueue;
  readonly #limits: PlanLimits;
  readonly #running = new Map<string, ConnectionPlan>();
  readonly #ended = new Map<string, PlanRun>();
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
  }

  /** Runs a plan. Its events are queued as they come; the result follows them. */
  async start(wire: unknown, start: PlanStart): Promise<WirePlanResult> {
    const execute = this.#executor();
    const plan = planFromWire(wire as WirePlan);
    this.#refusePatterns(plan);
    const id = ownValue(plan, 'id');
    if (typeof id === 'string' && this.#running.has(id)) {
      throw new ExecutionError('ERR_DUPLICATE_ID', `A plan with this id is running: ${id}`);
    }
    const steps = new Set<ForwardedExecution>();
    const engine = this.#forwardingEngine(start.form, steps);
    const run = execute(engine, plan, {
      maxConcurrency: start.maxConcurrency,
      ...(start.aborted && { signal: AbortSignal.abort() }),
    });
    for (const name of EVENTS) this.#forward(run, name);
    return await this.#untilEnd({ run, steps, isCancelled: false }, start.wholeResults);
  }

  /** `false` if no such plan runs. */
  async cancel(id: string): Promise<boolean> {
    const plan = this.#running.get(id);
    return plan !== undefined && (await cancelled(plan));
  }

  /** The plan of that id, for a reader of its lines. */
  find(id: string): PlanRun {
    const run = this.#running.get(id)?.run ?? this.#ended.get(id);
    if (run !== undefined) return run;
    throw new ExecutionError('ERR_EXECUTION_NOT_FOUND', `Plan not found: ${id}`);
  }

  /** Cancels all plans, and accepts no more. Called before the executions are ended. */
  close(): void {
    this.#isClosed = true;
    // A second cancel would cut the time that the requests of the steps give them.
    for (const plan of this.#running.values()) {
      if (!plan.isCancelled) cancelled(plan).catch(ignore);
    }
  }

  /** Resolves when no plan runs. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) {
      await Promise.all([...this.#running.values()].map(({ run }) => run.result.catch(ignore)));
    }
  }

  #executor(): PlanExecutor {
    const { execute, maxPlans } = this.#limits;
    if (execute === undefined) {
      const why = 'the host has not set the option "executePlan"';
      throw wrongValue('type', `'execute_plan' is not accepted: ${why}`);
    }
    if (this.#isClosed) throw engineClosed();
    if (this.#running.size < maxPlans) return execute;
    const message = `Concurrency limit reached: ${maxPlans} plans running; "maxPlans" is ${maxPlans}`;
    throw new ExecutionError('ERR_CONCURRENCY_LIMIT', message);
  }

  #refusePatterns(plan: ExecutionPlan): void {
    const why = this.#limits.patternRefusal;
    if (why === undefined) return;
    for (const command of plan.commands ?? []) refuseProgressPattern(command, why);
    if (hasRetryPattern(plan)) throw wrongValue('retry.output', `is not accepted: ${why}`);
  }

  #forward(run: PlanRun, name: PlanEventName): void {
    run.on(name, (payload) => {
      this.#writeQueue.put(() =>
        JSON.stringify({ type: 'event', payload: planEventToWire(name, payload) }),
      );
    });
  }

  async #untilEnd(plan: ConnectionPlan, wholeResults: boolean): Promise<WirePlanResult> {
    const { run } = plan;
    this.#running.set(run.id, plan);
    try {
      const result = await run.result;
      this.#keep(run);
      return planResultToWire(result, wholeResults);
    } finally {
      this.#running.delete(run.id);
    }
  }

  #keep(run: PlanRun): void {
    this.#ended.delete(run.id);
    this.#ended.set(run.id, run);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > MAX_ENDED) this.#ended.delete(oldest as string);
  }

  /** The engine of the connection. What it runs is forwarded to the client. */
  #forwardingEngine(form: WireOutputForm, steps: Set<ForwardedExecution>): ExecutionEngineApi {
    const run = (request: ExecutionRequest, options: RunOptions = {}): Execution => {
      const signal = ownValue(options, 'signal') as AbortSignal | undefined;
      const isAborted = this.#isClosed || (signal?.aborted ?? false);
      return this.#executions.runStep(request, form, isAborted, steps);
    };
    // Without a prototype, from which it could inherit a trap.
    const handler = {
      __proto__: null,
      get(engine: ExecutionEngine, name: PropertyKey): unknown {
        if (name === 'run') return run;
        const value: unknown = Reflect.get(engine, name, engine);
        return typeof value === 'function' ? value.bind(engine) : value;
      },
    };
    return new Proxy(this.#engine, handler as ProxyHandler<ExecutionEngine>);
  }
}

async function cancelled(plan: ConnectionPlan): Promise<boolean> {
  plan.isCancelled = true;
  for (const step of plan.steps) step.isCancelled = true;
  return await plan.run.cancel();
}
