/** The executions that one connection has started. */

import type { RemovedEvent } from '../../../types/events';
import type { ExecutionRequest } from '../../../types/request';
import type { ExecutionResult, ShutdownResult } from '../../../types/result';
import type { WireOutputForm, WireRequest } from '../../../types/wire';
import {
  boundedWait,
  type ExecutionEngine,
  ExecutionError,
  graceOption,
  type LocalHandle,
  noExactOutput,
  notFound,
  refuseProgressPattern,
  refuseRawCapture,
  shutdownGraceMs,
  waitOptions,
  waitTimedOut,
} from '../../core/index';
import { eventToWire } from '../wire/event';
import { requestFromWire } from '../wire/request';
import { ForwardedExecution, type ForwardOptions } from './forwarded-execution';
import type { WriteQueue } from './write-queue';

/** Timers cannot wait longer, and a grace period may be longer. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** An execution that was launching at the end of the grace period has a process shortly after. */
const KILL_AGAIN_MS = 50;

/** For a rejection that is reported elsewhere. */
const ignore = (): void => undefined;

/** Why requests and plans must not have these; `undefined` if they may. */
export interface RequestLimits {
  patternRefusal: string | undefined;
  rawRefusal: string | undefined;
}

export class ConnectionExecutions {
  readonly #engine: ExecutionEngine;
  readonly #writeQueue: WriteQueue;
  readonly #limits: RequestLimits;
  /**
   * Those that the engine has a record of, and those whose admission is pending: oldest first, because an id can be used
   * again before the admission of the next request is known.
   */
  readonly #byId = new Map<string, ForwardedExecution[]>();
  /** Resolved when it is known whether these have a record. Never rejected. */
  readonly #undecided = new Map<ForwardedExecution, Promise<void>>();
  /** The executions that have not ended. */
  readonly #running = new Set<ForwardedExecution>();
  #isClosed = false;
  #defaultForm: WireOutputForm = 'none';

  constructor(engine: ExecutionEngine, writeQueue: WriteQueue, limits: RequestLimits) {
    this.#engine = engine;
    this.#limits = limits;
    this.#writeQueue = writeQueue;
    engine.on('removed', this.#onRemoved);
  }

  /** Takes no more events of the engine. */
  close(): void {
    this.#engine.off('removed', this.#onRemoved);
  }

  /**
   * Starts an execution. Its events are queued until `release()` is called.
   * @param aborted - the client's signal was aborted before: the execution gets no process
   */
  start(
    wire: unknown,
    options: Omit<ForwardOptions, 'defaultForm'>,
    aborted = false,
  ): { forwarded: ForwardedExecution; admission: Promise<void> } {
    if (this.#isClosed) {
      throw new ExecutionError('ERR_ENGINE_CLOSED', 'Execution engine is shut down');
    }
    return this.#start(this.requestOf(wire), options, aborted);
  }

  /** A request of the client. The engine checks its values. */
  requestOf(wire: unknown): ExecutionRequest {
    const request = requestFromWire(wire as WireRequest);
    const { patternRefusal, rawRefusal } = this.#limits;
    if (patternRefusal !== undefined) refuseProgressPattern(request, patternRefusal);
    if (rawRefusal !== undefined) refuseRawCapture(request, rawRefusal);
    return request;
  }

  #start(
    request: ExecutionRequest,
    options: Omit<ForwardOptions, 'defaultForm'>,
    aborted: boolean,
  ): { forwarded: ForwardedExecution; admission: Promise<void> } {
    const signal = aborted ? AbortSignal.abort() : undefined;
    const handle = this.#engine.run(request, { signal }) as LocalHandle;
    const all = { ...options, defaultForm: this.#defaultForm, isAborted: aborted };
    const forwarded = new ForwardedExecution(this.#engine, handle, this.#writeQueue, all);
    this.#running.add(forwarded);
    void forwarded.settled.wait().then(() => this.#running.delete(forwarded));
    this.#add(forwarded);
    const admission = this.#admit(forwarded);
    this.#undecided.set(forwarded, this.#decide(forwarded, admission, aborted));
    return { forwarded, admission };
  }

  async #decide(
    forwarded: ForwardedExecution,
    admission: Promise<void>,
    aborted: boolean,
  ): Promise<void> {
    await admission.catch(ignore);
    if (aborted) {
      await forwarded.settled.wait();
      // It has no record, so no `removed` event follows.
      this.#delete(forwarded);
    }
    this.#undecided.delete(forwarded);
  }

  /**
   * Starts a step of a plan. It is refused by the result of the handle.
   * @param steps - has the execution until its end
   */
  runStep(
    request: ExecutionRequest,
    form: WireOutputForm,
    aborted: boolean,
    steps: Set<ForwardedExecution>,
  ): LocalHandle {
    const options = { form, wholeResult: false };
    const { forwarded, admission } = this.#start(request, options, aborted);
    steps.add(forwarded);
    void forwarded.settled.wait().then(() => steps.delete(forwarded));
    forwarded.release();
    admission.catch(ignore);
    return forwarded.handle;
  }

  /**
   * Commands for an id can come before the admission of the execution that will have it. Resolves when it is known which one
   * {@link find} must return; `undefined`: it is known.
   */
  choice(id: string): Promise<unknown> | undefined {
    const all = this.#byId.get(id.toLowerCase()) ?? [];
    // One alone is meant, also if it will be refused. An aborted one is never meant.
    if (all.length < 2 && all[0]?.isAborted !== true) return undefined;
    return this.#decided(all);
  }

  /** As {@link choice}, when it must also be known whether the engine has a record of it. */
  admissions(id: string): Promise<unknown> | undefined {
    return this.#decided(this.#byId.get(id.toLowerCase()) ?? []);
  }

  #decided(all: readonly ForwardedExecution[]): Promise<unknown> | undefined {
    const pending = all.flatMap((forwarded) => this.#undecided.get(forwarded) ?? []);
    return pending.length === 0 ? undefined : Promise.all(pending);
  }

  /**
   * The execution with that id, if this connection started it and the engine has a record of it, or will have. It is right
   * while there is no {@link choice}. The removal of an older one may not be reported yet.
   */
  find(id: string): ForwardedExecution | undefined {
    return this.#byId.get(id.toLowerCase())?.at(-1);
  }

  /**
   * The execution with that id, started by any part of the program. Its events are queued until `release()` is called.
   * @throws `ERR_EXECUTION_NOT_FOUND`
   */
  attach(id: string, run: number | null): ForwardedExecution {
    const known = this.find(id);
    if (known !== undefined && !known.settled.isResolved) return known;
    const handle = this.#engine.attach(id) as LocalHandle | undefined;
    // Its record is removed, whether or not that was reported.
    if (handle === undefined) throw notFound(id);
    if (known !== undefined) return known;
    const options = { form: 'none', defaultForm: this.#defaultForm, wholeResult: false } as const;
    const forwarded = new ForwardedExecution(this.#engine, handle, this.#writeQueue, {
      ...options,
      run,
      isAttached: true,
    });
    if (handle.facts.outcome !== undefined) forwarded.settled.resolve();
    this.#add(forwarded);
    return forwarded;
  }

  /** The last event of an execution of this connection. */
  readonly #onRemoved = (payload: RemovedEvent): void => {
    const all = this.#byId.get(payload.executionId);
    // The end of an execution is reported before its removal: the event is not about one that runs.
    const forwarded = all?.find(({ settled }) => settled.isResolved);
    if (forwarded === undefined) return;
    this.#delete(forwarded);
    forwarded.forward(eventToWire('removed', payload));
  };

  /** As the method of the engine. */
  async cancel(id: string): Promise<boolean> {
    const forwarded = this.find(id);
    if (forwarded !== undefined) forwarded.isCancelled = true;
    return await this.#engine.cancel(id);
  }

  /** Sets the form of lines for executions that have no form of their own. */
  setDefaultForm(form: WireOutputForm): void {
    this.#defaultForm = form;
    for (const forwarded of this.#all()) forwarded.setDefaultForm(form);
  }

  /**
   * Called before the engine ends: reads the results whose lines wait for a slow reader. Executions
   * that end with the engine have theirs in the handle.
   */
  keepResults(): void {
    for (const forwarded of this.#all()) forwarded.keepResult();
  }

  /**
   * The result with the exact output; `null` before the end.
   * Rejects for an execution that this connection did not start, or whose request did not ask for it.
   */
  async exactResult(
    id: string,
    encoding: 'utf8' | 'buffer',
  ): Promise<ReturnType<LocalHandle['exactResult']>> {
    const forwarded = this.find(id);
    if (forwarded !== undefined && !forwarded.isAttached) {
      return forwarded.handle.exactResult(encoding);
    }
    // Rejects for an unknown id.
    await this.#engine.getStatus(id);
    throw noExactOutput('that another connection has started');
  }

  /** As the method of the engine. */
  async waitForCompletion(id: string, timeoutMs: number | undefined): Promise<ExecutionResult> {
    const forwarded = this.find(id);
    if (forwarded === undefined || forwarded.settled.isResolved) {
      return await this.#engine.waitForCompletion(id, { timeoutMs });
    }
    const { timeoutMs: ms } = waitOptions({ timeoutMs });
    return await boundedWait(forwarded.completion(), undefined, {
      ms,
      error: () => waitTimedOut(id, ms),
    });
  }

  /** Ends the executions of this connection only: the engine has other clients. */
  async shutdown(graceMs: number | undefined): Promise<ShutdownResult> {
    const grace = graceOption({ graceMs }) ?? shutdownGraceMs(this.#engine.config);
    this.#isClosed = true;
    const all = [...this.#running];
    const ended = Promise.all(all.map(({ settled }) => settled.wait()));
    for (const { handle, isCancelled } of all) {
      // A second cancel would cut the time that its steps give it.
      if (!isCancelled) handle.cancel().catch(ignore);
    }
    const timer = setTimeout(() => this.#killUntil(ended), Math.min(grace, LONGEST_TIMER));
    await ended;
    clearTimeout(timer);
    return { survivors: all.flatMap(({ survivors }) => survivors) };
  }

  #killUntil(ended: Promise<unknown>): void {
    const kill = (): void => {
      for (const { handle } of this.#running) handle.kill('SIGKILL').catch(ignore);
    };
    kill();
    const timer = setInterval(kill, KILL_AGAIN_MS);
    void ended.then(() => clearInterval(timer));
  }

  async #admit(forwarded: ForwardedExecution): Promise<void> {
    try {
      await forwarded.admission();
    } catch (error) {
      this.#delete(forwarded);
      throw error;
    }
  }

  *#all(): Generator<ForwardedExecution> {
    for (const all of this.#byId.values()) yield* all;
  }

  #add(forwarded: ForwardedExecution): void {
    const all = this.#byId.get(forwarded.id);
    if (all === undefined) this.#byId.set(forwarded.id, [forwarded]);
    else all.push(forwarded);
  }

  #delete(forwarded: ForwardedExecution): void {
    const all = this.#byId.get(forwarded.id);
    const index = all?.indexOf(forwarded) ?? -1;
    if (index >= 0) all?.splice(index, 1);
    if (all?.length === 0) this.#byId.delete(forwarded.id);
  }
}
