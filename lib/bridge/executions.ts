/** The executions that one connection has started. */

import type { ExecutionResult } from '../../types/result';
import type { WireOutputForm, WireRequest } from '../../types/wire';
import type { ExecutionHandle } from '../execution';
import { type ExecutionEngine, ExecutionError } from '../index';
import { graceOption, waitOptions } from '../options/call';
import { limited } from '../waiting';
import { Followed, type FollowOptions } from './followed';
import type { Outbox } from './outbox';
import { requestFromWire } from './request';

/** As many as may be left over before it is worth asking which of them the engine still knows. */
const FIRST_SWEEP = 1000;

/** A grace may be longer than timers can count. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** One that was about to start when the grace was over has a process a moment later. */
const KILL_AGAIN_MS = 50;

/** Told elsewhere. */
const ignore = (): void => undefined;

export class FollowedExecutions {
  readonly #engine: ExecutionEngine;
  readonly #outbox: Outbox;
  readonly #byId = new Map<string, Followed>();
  /** Those that have not ended. */
  readonly #running = new Set<Followed>();
  #isClosed = false;
  #sweepAt = FIRST_SWEEP;
  #defaultForm: WireOutputForm = 'none';

  constructor(engine: ExecutionEngine, outbox: Outbox) {
    this.#engine = engine;
    this.#outbox = outbox;
  }

  /**
   * Starts an execution. Nothing is told of it before its `tell()`.
   * @param aborted - whether it was given up before it came here: then it gets no process
   */
  start(
    wire: unknown,
    options: Omit<FollowOptions, 'defaultForm'>,
    aborted = false,
  ): { followed: Followed; admission: Promise<void> } {
    if (this.#isClosed) {
      throw new ExecutionError('ERR_ENGINE_CLOSED', 'Execution engine is shut down');
    }
    const signal = aborted ? AbortSignal.abort() : undefined;
    const handle = this.#engine.run(requestFromWire(wire as WireRequest), {
      signal,
    }) as ExecutionHandle;
    const all = { ...options, defaultForm: this.#defaultForm };
    const followed = new Followed(this.#engine, handle, this.#outbox, all);
    this.#running.add(followed);
    void followed.settled.wait().then(() => this.#running.delete(followed));
    return { followed, admission: this.#admit(followed) };
  }

  /** The one with that id, if this connection has started it and the engine still knows it. */
  find(id: string): Followed | undefined {
    return this.#byId.get(id.toLowerCase());
  }

  forget(id: string): void {
    this.#byId.delete(id.toLowerCase());
  }

  /** For those of which nobody said anything else. */
  setDefaultForm(form: WireOutputForm): void {
    this.#defaultForm = form;
    for (const followed of this.#byId.values()) followed.setDefaultForm(form);
  }

  /**
   * For when the engine is about to end: the results whose lines wait for a slow reader. Of what ends
   * with it, the handles keep them.
   */
  keepResults(): void {
    for (const followed of this.#byId.values()) followed.keepResult();
  }

  /** As of the engine. */
  async waitForCompletion(id: string, timeoutMs: number | undefined): Promise<ExecutionResult> {
    const followed = this.find(id);
    if (followed === undefined || followed.settled.happened) {
      return await this.#engine.waitForCompletion(id, { timeoutMs });
    }
    const { timeoutMs: ms } = waitOptions({ timeoutMs });
    return await limited(followed.completion(), undefined, {
      ms,
      error: () => new ExecutionError('ERR_WAIT_TIMEOUT', `Wait timed out after ${ms}ms: ${id}`),
    });
  }

  /** As of the engine, for these alone: it goes on for others. */
  async shutdown(graceMs: number | undefined): Promise<void> {
    const { forceKillAfterDelayMs: usual } = this.#engine.config;
    const grace = graceOption({ graceMs }) ?? (usual === false ? 5000 : usual);
    this.#isClosed = true;
    const all = [...this.#running];
    const ended = Promise.all(all.map(({ settled }) => settled.wait()));
    for (const { handle } of all) handle.cancel().catch(ignore);
    const timer = setTimeout(() => this.#killUntil(ended), Math.min(grace, LONGEST_TIMER));
    await ended;
    clearTimeout(timer);
  }

  #killUntil(ended: Promise<unknown>): void {
    const kill = (): void => {
      for (const { handle } of this.#running) handle.kill('SIGKILL').catch(ignore);
    };
    kill();
    const timer = setInterval(kill, KILL_AGAIN_MS);
    void ended.then(() => clearInterval(timer));
  }

  async #admit(followed: Followed): Promise<void> {
    const { id } = followed;
    // One that is going to be refused must not hide the one whose id it bears.
    if (!this.#byId.has(id)) this.#byId.set(id, followed);
    try {
      await followed.admission();
    } catch (error) {
      if (this.#byId.get(id) === followed) this.#byId.delete(id);
      throw error;
    }
    this.#byId.set(id, followed);
    if (this.#byId.size >= this.#sweepAt) void this.#sweep();
  }

  /** Lets go of what the engine has forgotten. The next time when twice as many are there. */
  async #sweep(): Promise<void> {
    this.#sweepAt = Number.POSITIVE_INFINITY;
    for (const [id, followed] of this.#byId) {
      if (!followed.settled.happened) continue;
      await this.#engine.getStatus(id).catch(() => this.#byId.delete(id));
    }
    this.#sweepAt = Math.max(FIRST_SWEEP, 2 * this.#byId.size);
  }
}
