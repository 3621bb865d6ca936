/** Waits for the ends of jobs: one stream of events for all of them, and a look at the job itself from time to time. */

import { QueueEvents } from 'bullmq';
import { boundedWait } from '../core/index';
import { closeOrCut } from './closing';
import type { JobStore } from './connect';
import { FleetError, queueClosed } from './fleet-error';

/** Events may be missed: the store keeps the newest ones. */
const LOOK_MS = 2000;

export class JobWaits {
  readonly #open: () => QueueEvents;
  readonly #report: (error: unknown) => void;
  readonly #waiting = new Map<string, Set<() => void>>();
  #events: QueueEvents | undefined;
  #isClosed = false;

  constructor(
    queue: string,
    options: { connection: object; prefix: string },
    backend: JobStore['backend'],
    report: (error: unknown) => void,
  ) {
    this.#report = report;
    this.#open = () => {
      const events = new QueueEvents(queue, options, backend) as unknown as QueueEvents;
      events.on('error', report);
      events.on('completed', ({ jobId }) => this.#wake(jobId));
      events.on('failed', ({ jobId }) => this.#wake(jobId));
      return events;
    };
  }

  /** Resolves when `isOver` returns `true`: it is asked at the start, at events of the job and every two seconds. */
  async until(
    id: string,
    isOver: () => Promise<boolean>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    this.#events ??= this.#open();
    for (;;) {
      const { next, leave } = this.#next(id);
      try {
        if (this.#isClosed) throw queueClosed();
        if (await boundedWait(this.#look(isOver), signal)) return;
        await boundedWait(next, signal);
      } finally {
        leave();
      }
    }
  }

  /** A store that is away says nothing yet: the wait goes on until it is back. */
  async #look(isOver: () => Promise<boolean>): Promise<boolean> {
    try {
      return await isOver();
    } catch (error) {
      if (error instanceof FleetError) throw error;
      this.#report(error);
      return false;
    }
  }

  #next(id: string): { next: Promise<void>; leave: () => void } {
    const set = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, set);
    let wake: () => void = () => undefined;
    const next = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const timer = setTimeout(wake, LOOK_MS);
    set.add(wake);
    const leave = (): void => {
      clearTimeout(timer);
      set.delete(wake);
      if (set.size === 0 && this.#waiting.get(id) === set) this.#waiting.delete(id);
    };
    return { next, leave };
  }

  #wake(id: string): void {
    for (const wake of this.#waiting.get(id) ?? []) wake();
  }

  /** `ms`: what the store may take to answer. */
  async close(ms: number): Promise<void> {
    this.#isClosed = true;
    for (const id of [...this.#waiting.keys()]) this.#wake(id);
    if (this.#events !== undefined) await closeOrCut(ms, this.#events, this.#report);
  }
}
