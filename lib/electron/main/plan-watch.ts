/** One plan for one page: its events, the lines of its steps at the pace of the page, and its end after all lines. */

import type { PlanSettledEvent } from '../../../types/electron';
import type { PlanLine, PlanRun } from '../../../types/plan';
import type { PlanEventName, PlanEvents } from '../../../types/plan-data';
import type { PageOutbox } from './page-outbox';

const EVENTS: readonly PlanEventName[] = [
  'stepStarted',
  'stepRetrying',
  'stepFinished',
  'progress',
];

type AnyPayload = PlanEvents[PlanEventName];

export class PlanWatch {
  readonly #run: PlanRun;
  readonly #number: number;
  readonly #outbox: PageOutbox;
  readonly #onEnd: () => void;
  readonly #listeners: [PlanEventName, (payload: AnyPayload) => void][];
  #iterator: AsyncIterator<PlanLine, unknown> | undefined;
  #lines: Promise<void> | undefined;
  #isStopped = false;

  /** `onEnd`: called once, after the last event, or when the watch is stopped. */
  constructor(run: PlanRun, number: number, outbox: PageOutbox, onEnd: () => void) {
    this.#run = run;
    this.#number = number;
    this.#outbox = outbox;
    this.#onEnd = onEnd;
    this.#listeners = EVENTS.map((name) => [
      name,
      (payload) => this.#outbox.event(this.#number, name, payload),
    ]);
    for (const [name, listener] of this.#listeners) run.on(name, listener);
    void this.#untilEnd();
  }

  /** Sends the lines too. Lines that the page has not taken hold the steps back. */
  readLines(): void {
    if (this.#iterator !== undefined || this.#isStopped) return;
    this.#iterator = this.#run[Symbol.asyncIterator]();
    this.#lines = this.#read(this.#iterator);
  }

  /** Sends nothing more and stops holding the steps back. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    for (const [name, listener] of this.#listeners) this.#run.off(name, listener);
    void this.#iterator?.return?.();
    this.#onEnd();
  }

  async #read(iterator: AsyncIterator<PlanLine, unknown>): Promise<void> {
    try {
      for (;;) {
        const next = await iterator.next();
        while (!this.#isStopped && !this.#outbox.hasRoom) await this.#outbox.room();
        if (next.done || this.#isStopped) return;
        this.#outbox.planLine(this.#number, next.value);
      }
    } catch {
      // The result of the plan has the reason.
    }
  }

  async #untilEnd(): Promise<void> {
    // The error of an invalid plan is in its result.
    const result = await this.#run.result.catch(() => undefined);
    await this.#lines;
    if (this.#isStopped) return;
    const event: PlanSettledEvent = {
      planId: this.#run.id,
      timestamp: Date.now(),
      status: result?.status ?? 'failed',
      stats: result?.stats ?? null,
    };
    this.#outbox.event(this.#number, 'settled', event);
    this.stop();
  }
}
