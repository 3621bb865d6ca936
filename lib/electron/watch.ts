/**
 * One execution for one page: what happened, its lines from the first kept one on, and its end
 * behind all of them. Lines are read only as far as the page takes them, so that the command waits.
 */

import type { ExecutionLine } from '../../types/api';
import type { ExecutionEventName, StatusChangedEvent } from '../../types/events';
import { LinesToPage } from './lines-to-page';
import type { Outbox } from './outbox';
import type { Running } from './running';

export class Watch {
  readonly #running: Running;
  readonly #number: number;
  readonly #outbox: Outbox;
  readonly #lines: LinesToPage;
  readonly #onEnd: () => void;
  #iterator: AsyncIterator<ExecutionLine> | undefined;
  /** Lines are still to come. */
  #reading = false;
  #over = false;
  /** What belongs behind the lines. */
  readonly #end: [ExecutionEventName, unknown][] = [];

  /** `onEnd`: called once, after the last event, or when it is stopped. */
  constructor(running: Running, number: number, outbox: Outbox, onEnd: () => void) {
    this.#running = running;
    this.#number = number;
    this.#outbox = outbox;
    this.#lines = new LinesToPage(outbox, number, running.execution.id);
    this.#onEnd = onEnd;
    running.watches.add(this);
  }

  /** Sends lines too, from now on until the end. */
  readLines(): void {
    if (this.#iterator !== undefined || this.#over) return;
    this.#iterator = this.#running.execution[Symbol.asyncIterator]();
    this.#reading = true;
    void this.#read(this.#iterator);
  }

  happened(name: ExecutionEventName, payload: unknown): void {
    if (!isEnd(name, payload)) {
      this.#outbox.event(this.#number, name, payload);
      return;
    }
    this.#end.push([name, payload]);
    if (!this.#reading) this.#finishIfSettled();
  }

  /** Nothing more is sent, and nothing held back. */
  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#running.watches.delete(this);
    void this.#iterator?.return?.();
    this.#onEnd();
  }

  async #read(iterator: AsyncIterator<ExecutionLine>): Promise<void> {
    try {
      for (;;) {
        const step = await iterator.next();
        if (step.done) break;
        if (!this.#outbox.hasRoom) await this.#waitForRoom();
        if (this.#over) break;
        const { stream, line, seq, partial } = step.value;
        this.#lines.line(stream, line, seq, partial);
      }
    } catch {
      // Why it failed is in the terminal event.
    }
    this.#reading = false;
    this.#finishIfSettled();
  }

  async #waitForRoom(): Promise<void> {
    while (!this.#over && !this.#outbox.hasRoom && !this.#holdsOthersUp()) {
      await this.#outbox.room();
    }
  }

  /** Whether this is the one page that keeps the others from their lines. */
  #holdsOthersUp(): boolean {
    if (!this.#outbox.isStuck) return false;
    return [...this.#running.watches].some((other) => other.#reading && !other.#outbox.isStuck);
  }

  #finishIfSettled(): void {
    if (this.#over || this.#end.at(-1)?.[0] !== 'settled') return;
    this.#lines.tellSkipped();
    for (const [name, payload] of this.#end) this.#outbox.event(this.#number, name, payload);
    this.stop();
  }
}

function isEnd(name: ExecutionEventName, payload: unknown): boolean {
  if (name !== 'statusChanged') return name !== 'started' && name !== 'progress';
  const { newStatus } = payload as StatusChangedEvent;
  return newStatus !== 'pending' && newStatus !== 'running';
}
