/**
 * One execution for one page: its events, its lines from the first retained one on, and its end after
 * all lines. Lines are read only as fast as the page takes them, so that the command is held back.
 */

import type { ExecutionLine } from '../../../types/api';
import type { StatusChangedEvent } from '../../../types/events';
import type { ExecutionHub, HubSubscriber } from './execution-hub';
import type { ForwardedEvent } from './forwarded-events';
import { LinesToPage } from './lines-to-page';
import type { PageOutbox } from './page-outbox';

export class Watch implements HubSubscriber {
  readonly #hub: ExecutionHub;
  readonly #number: number;
  readonly #outbox: PageOutbox;
  readonly #lines: LinesToPage;
  readonly #onEnd: () => void;
  readonly #unsubscribe: () => void;
  #iterator: AsyncIterator<ExecutionLine> | undefined;
  #isReading = false;
  #isStopped = false;
  /** The events of the end. They are sent after the last line. */
  readonly #endEvents: [ForwardedEvent, unknown][] = [];

  /** `onEnd`: called once, after the last event, or when the watch is stopped. */
  constructor(hub: ExecutionHub, number: number, outbox: PageOutbox, onEnd: () => void) {
    this.#hub = hub;
    this.#number = number;
    this.#outbox = outbox;
    this.#lines = new LinesToPage(outbox, number, hub.id);
    this.#onEnd = onEnd;
    this.#unsubscribe = hub.subscribe(this);
  }

  get isReading(): boolean {
    return this.#isReading;
  }

  get isStuck(): boolean {
    return this.#outbox.isStuck;
  }

  /** Sends lines too, from the first retained one to the last. */
  readLines(): void {
    if (this.#iterator !== undefined || this.#isStopped) return;
    this.#iterator = this.#hub.lines();
    this.#isReading = true;
    void this.#read(this.#iterator);
  }

  event(name: ForwardedEvent, payload: unknown): void {
    if (!isEndEvent(name, payload)) {
      this.#outbox.event(this.#number, name, payload);
      return;
    }
    this.#endEvents.push([name, payload]);
    if (!this.#isReading) this.#finishIfSettled();
  }

  /** Sends nothing more and stops holding the command back. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#unsubscribe();
    void this.#iterator?.return?.();
    this.#onEnd();
  }

  async #read(iterator: AsyncIterator<ExecutionLine>): Promise<void> {
    try {
      for (;;) {
        const step = await iterator.next();
        if (step.done) break;
        if (!this.#outbox.hasRoom) await this.#waitForRoom();
        if (this.#isStopped) break;
        const { stream, line, seq, partial } = step.value;
        this.#lines.line(stream, line, seq, partial, this.#hub.key);
      }
    } catch {
      // The terminal event has the reason of the failure.
    }
    this.#isReading = false;
    this.#finishIfSettled();
  }

  async #waitForRoom(): Promise<void> {
    while (!this.#isStopped && !this.#outbox.hasRoom && this.#hub.mayHoldBack(this)) {
      await this.#outbox.room();
    }
  }

  #finishIfSettled(): void {
    if (this.#isStopped || this.#endEvents.at(-1)?.[0] !== 'settled') return;
    this.#lines.reportSkipped();
    for (const [name, payload] of this.#endEvents) this.#outbox.event(this.#number, name, payload);
    this.stop();
  }
}

/** The events that can come before the last line. */
const EARLY_EVENTS: readonly ForwardedEvent[] = ['started', 'progress', 'echo'];

function isEndEvent(name: ForwardedEvent, payload: unknown): boolean {
  if (name !== 'statusChanged') return !EARLY_EVENTS.includes(name);
  const { newStatus } = payload as StatusChangedEvent;
  return newStatus !== 'pending' && newStatus !== 'running';
}
