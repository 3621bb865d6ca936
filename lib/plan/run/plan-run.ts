/** A plan under way: starts its steps, emits its events, and makes its result. */

import type { ExecutionEngineApi } from '../../../types/api';
import type { PlanExecutionResult, PlanLine, RetriedExecution } from '../../../types/plan';
import { Deferred, ExecutionError, planEmitter, type RunningPlan } from '../../core/index';
import { emit } from '../emit';
import { attemptRequest } from '../retry/attempt-request';
import { systemClock } from '../retry/clock';
import { outcomeOf } from '../retry/retried-result';
import { RetriedRun } from '../retry/retried-run';
import { ONCE } from '../retry/retry-policy';
import { type CheckedPlan, type CheckedStep, checkRequests } from './checked-plan';
import { placesOf } from './places';
import { type BegunStep, iterateSteps, type PlanLines, type ReadablePlan } from './plan-lines';
import { endByRejection, endOf, planResult, planStep, SKIPPED, type StepEnd } from './plan-result';
import { Schedule } from './schedule';

export class StartedPlan implements RunningPlan, ReadablePlan {
  readonly id: string;
  readonly emitter = planEmitter();
  readonly begun: BegunStep[] = [];
  readonly readers = new Set<PlanLines>();
  readonly result: Promise<PlanExecutionResult>;
  /** Resolved at the end, also at that of an invalid plan. */
  readonly ended = new Deferred();
  isOver = false;
  isCancelled = false;
  readonly #engine: ExecutionEngineApi;
  readonly #steps: readonly CheckedStep[];
  readonly #schedule: Schedule;
  readonly #ends: (StepEnd | undefined)[];
  readonly #running = new Map<number, RetriedExecution>();
  /** The commands of the steps that run. */
  readonly #commands = new Map<number, string>();
  /** The steps by their starts. Ended ones at its end are dropped. */
  readonly #starts: number[] = [];
  readonly #startedAt = performance.now();
  #isChecked = false;
  /** The steps that have ended. */
  #completed = 0;
  #resolve: (result: PlanExecutionResult) => void = () => undefined;

  /** Nothing is started before the end of this turn. */
  constructor(engine: ExecutionEngineApi, id: string, plan: CheckedPlan) {
    this.id = id;
    this.#engine = engine;
    this.#steps = plan.steps;
    this.#ends = plan.steps.map(() => undefined);
    this.#schedule = new Schedule(plan.order);
    this.result = this.#run(plan);
  }

  async cancel(): Promise<boolean> {
    if (this.isOver) return false;
    this.isCancelled = true;
    if (!this.#isChecked) return true;
    // A second call reaches the executions too: it can end their grace period.
    const runs = [...this.#running.values()];
    this.#skip(this.#schedule.stop());
    await Promise.all(runs.map((run) => run.cancel()));
    return true;
  }

  lines(): AsyncIterableIterator<PlanLine> {
    return iterateSteps(this);
  }

  async failure(): Promise<void> {
    await this.result;
  }

  async #run(plan: CheckedPlan): Promise<PlanExecutionResult> {
    try {
      await checkRequests(this.#engine, plan);
      this.#isChecked = true;
      const result = new Promise<PlanExecutionResult>((resolve) => {
        this.#resolve = resolve;
      });
      if (this.isCancelled) this.#skip(this.#schedule.stop());
      this.#advance();
      return await result;
    } finally {
      this.isOver = true;
      this.ended.resolve();
      for (const reader of [...this.readers]) reader.ends();
    }
  }

  /** Starts what can start. Called after each end. */
  #advance(): void {
    const { maxConcurrentExecutions } = this.#engine.config;
    for (const step of this.#schedule.next(maxConcurrentExecutions)) this.#start(step);
    if (this.#schedule.isOver) this.#finish();
  }

  #start(step: number): void {
    const { name, request, policy } = this.#steps[step] as CheckedStep;
    const run = new RetriedRun({
      engine: this.#engine,
      policy: policy ?? ONCE,
      options: { signal: undefined, reject: undefined },
      clock: systemClock,
      request: policy === undefined ? () => request : (number) => attemptRequest(request, number),
      place: (signal) => placesOf(this.#engine).wait(signal),
    });
    this.#running.set(step, run);
    run.once('started', ({ executionId, pid, command }) => {
      this.#commands.set(step, command);
      this.#starts.push(step);
      emit(this.emitter, 'stepStarted', {
        ...this.#event(),
        step,
        name,
        executionId,
        pid,
        command,
      });
      this.#emitProgress();
    });
    run.on('retrying', (event) => {
      emit(this.emitter, 'stepRetrying', { ...event, planId: this.id, step, name });
    });
    const begun = { step, name, run };
    this.begun.push(begun);
    for (const reader of this.readers) reader.begins(begun);
    void this.#end(step, run);
  }

  async #end(step: number, run: RetriedExecution): Promise<void> {
    const end = await endOfRun(run, this.#steps[step]?.policy !== undefined);
    this.#running.delete(step);
    this.#commands.delete(step);
    this.#ended(step, end);
    this.#skip(this.#schedule.finish(step, end.status === 'completed'));
    this.#advance();
  }

  #skip(steps: readonly number[]): void {
    for (const step of steps) this.#ended(step, SKIPPED);
  }

  #ended(step: number, end: StepEnd): void {
    this.#ends[step] = end;
    this.#completed++;
    const result = end.result === null ? null : outcomeOf(end.result);
    const name = this.#steps[step]?.name ?? null;
    emit(this.emitter, 'stepFinished', { ...this.#event(), ...planStep(step, name, end), result });
    this.#emitProgress();
  }

  #emitProgress(): void {
    emit(this.emitter, 'progress', {
      ...this.#event(),
      completed: this.#completed,
      total: this.#ends.length,
      currentCommand: this.#lastStarted() ?? null,
    });
  }

  /** The command of the step that started last of those that run. */
  #lastStarted(): string | undefined {
    for (let step = this.#starts.at(-1); step !== undefined; step = this.#starts.at(-1)) {
      const command = this.#commands.get(step);
      if (command !== undefined) return command;
      this.#starts.pop();
    }
    return undefined;
  }

  #event(): { planId: string; timestamp: number } {
    return { planId: this.id, timestamp: Date.now() };
  }

  #finish(): void {
    const names = this.#steps.map(({ name }) => name);
    const durationMs = performance.now() - this.#startedAt;
    const ends = this.#ends as StepEnd[];
    this.isOver = true;
    this.#resolve(planResult(this.id, names, ends, this.isCancelled, durationMs));
  }
}

/** `isRetried`: the result of a command with a policy has all attempts. */
async function endOfRun(run: RetriedExecution, isRetried: boolean): Promise<StepEnd> {
  try {
    const result = await run.result;
    return endOf(isRetried ? result : (result.attempts[0] ?? result));
  } catch (error) {
    const has = error instanceof ExecutionError && Object.hasOwn(error, 'result');
    const result = has ? (error.result as Awaited<RetriedExecution>) : undefined;
    if (result === undefined) return endByRejection(error);
    return endOf(isRetried ? result : (result.attempts[0] ?? result));
  }
}
