/**
 * The last output of all executions, for pages that are opened later or fall behind. It is limited for each execution
 * and in total. Above the total, the executions that were silent for the longest time lose their earliest text.
 */

import type { OutputEvent } from '../../../types/events';
import { OutputTail, type OutputTailLimits } from './output-tail';

/** `maxLines` is the scrollback of the terminal in the page. */
export const OUTPUT_TAIL_LIMITS: OutputTailLimits = {
  maxChars: 1_048_576,
  maxLines: 10_000,
  maxTotalChars: 67_108_864,
};

export class OutputTails {
  readonly #limits: OutputTailLimits;
  /** In the order of their last output. */
  readonly #tails = new Map<string, OutputTail>();
  #totalChars = 0;

  constructor(limits: OutputTailLimits = OUTPUT_TAIL_LIMITS) {
    this.#limits = limits;
  }

  open(id: string): void {
    this.#tails.set(id, new OutputTail());
  }

  get(id: string): OutputTail | undefined {
    return this.#tails.get(id);
  }

  add(event: OutputEvent): void {
    const tail = this.#tails.get(event.executionId);
    if (tail === undefined) return;
    this.#tails.delete(event.executionId);
    this.#tails.set(event.executionId, tail);
    this.#totalChars -= tail.chars;
    tail.add(event);
    while (tail.isOver(this.#limits)) tail.drop();
    this.#totalChars += tail.chars;
    this.#dropAboveTotal();
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
    this.#totalChars -= tail.chars;
    tail.ended = true;
    tail.notify();
  }

  #dropAboveTotal(): void {
    const { maxTotalChars } = this.#limits;
    for (const tail of this.#tails.values()) {
      while (this.#totalChars > maxTotalChars && tail.chars > 0) this.#totalChars -= tail.drop();
      if (this.#totalChars <= maxTotalChars) return;
    }
  }
}
