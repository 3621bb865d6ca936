/**
 * The last output of all executions, for pages that are opened later or fall behind. It is limited for each execution
 * and in total. Above the total, the executions that were silent for the longest time lose their earliest text.
 */

import { OutputTail, type OutputTailLimits, type TailOutput } from './output-tail';

export const OUTPUT_TAIL_LIMITS: OutputTailLimits = {
  kept: { chars: 16_777_216, lines: 200_000 },
  // The scrollback of the terminal in the page.
  shown: { chars: 1_048_576, lines: 10_000 },
  maxTotalChars: 67_108_864,
};

export class OutputTails {
  readonly #limits: OutputTailLimits;
  /** In the order of their last output. */
  readonly #tails = new Map<string, OutputTail>();
  #totalChars = 0;
  /** Text of an execution was dropped. */
  onDrop: (id: string, tail: OutputTail) => void = () => undefined;

  constructor(limits: OutputTailLimits = OUTPUT_TAIL_LIMITS) {
    this.#limits = limits;
  }

  open(id: string): void {
    this.#tails.set(id, new OutputTail());
  }

  get(id: string): OutputTail | undefined {
    return this.#tails.get(id);
  }

  add(id: string, output: TailOutput): void {
    const tail = this.#tails.get(id);
    if (tail === undefined) return;
    this.#tails.delete(id);
    this.#tails.set(id, tail);
    this.#totalChars -= tail.chars;
    const { firstSeq } = tail;
    tail.add(output);
    tail.limit(this.#limits);
    this.#totalChars += tail.chars;
    if (tail.firstSeq > firstSeq) this.onDrop(id, tail);
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
    for (const [id, tail] of this.#tails) {
      if (this.#totalChars <= maxTotalChars) return;
      const { firstSeq } = tail;
      while (this.#totalChars > maxTotalChars && tail.chars > 0) this.#totalChars -= tail.drop();
      if (tail.firstSeq > firstSeq) this.onDrop(id, tail);
    }
  }
}
