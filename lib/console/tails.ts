/**
 * The last output of each execution, for pages that come late or fall behind. Bounded for each one and for all together:
 * over the sum, the executions that were silent for the longest time lose their earliest text.
 */

import type { OutputEvent } from '../index';
import { Tail, type TailLimits } from './tail';

/** As many lines as the terminal of the page scrolls back. */
export const TAIL_LIMITS: TailLimits = {
  maxChars: 1_048_576,
  maxLines: 10_000,
  maxTotalChars: 67_108_864,
};

export class Tails {
  readonly #limits: TailLimits;
  /** The one that was silent for the longest time comes first. */
  readonly #tails = new Map<string, Tail>();
  #total = 0;

  constructor(limits: TailLimits = TAIL_LIMITS) {
    this.#limits = limits;
  }

  open(id: string): Tail {
    const tail = new Tail();
    this.#tails.set(id, tail);
    return tail;
  }

  get(id: string): Tail | undefined {
    return this.#tails.get(id);
  }

  add(event: OutputEvent): void {
    const tail = this.#tails.get(event.executionId);
    if (tail === undefined) return;
    this.#tails.delete(event.executionId);
    this.#tails.set(event.executionId, tail);
    this.#total -= tail.chars;
    tail.add(event);
    while (tail.isOver(this.#limits)) tail.drop();
    this.#total += tail.chars;
    this.#trim();
    tail.notify();
  }

  end(id: string): void {
    const tail = this.#tails.get(id);
    if (tail === undefined) return;
    tail.ended = true;
    tail.notify();
  }

  remove(id: string): void {
    const tail = this.#tails.get(id);
    if (tail === undefined) return;
    this.#tails.delete(id);
    this.#total -= tail.chars;
    tail.ended = true;
    tail.notify();
  }

  #trim(): void {
    for (const tail of this.#tails.values()) {
      while (this.#total > this.#limits.maxTotalChars && tail.chars > 0) this.#total -= tail.drop();
      if (this.#total <= this.#limits.maxTotalChars) return;
    }
  }
}
