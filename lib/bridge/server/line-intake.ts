/** Takes the lines of a connection: many in a turn, but not more than may be answered from the memory for answers. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ByteLine } from '../wire/byte-lines';

/**
 * How many lines are taken in a turn: their answers are queued in a later one, so their memory is not known. Not fewer:
 * a result is dropped if it is read long after it was asked for.
 */
const MAX_LINES_IN_A_TURN = 256;
const LARGE_ANSWERS_IN_A_TURN = 16;

export interface LineTaker {
  /** Returns whether the answer may be large. */
  take(line: ByteLine): boolean;
  /** Resolves when the answers that wait leave room for more. */
  room(): Promise<void>;
  isStopped(): boolean;
}

export class LineIntake {
  readonly #taker: LineTaker;
  /** The rest of a chunk, while its earlier lines wait for room. */
  readonly #held: ByteLine[] = [];
  /** The lines of this turn; one with a large answer counts as several. */
  #takenInTurn = 0;

  constructor(taker: LineTaker) {
    this.#taker = taker;
  }

  push(line: ByteLine): void {
    if (this.#isFull) this.#held.push(line);
    else this.#take(line);
  }

  /** Takes the rest of a chunk, a part in each turn. To be called after each chunk. */
  async takeHeld(): Promise<void> {
    const lines = this.#held.splice(0);
    for (let next = 0; this.#isFull; ) {
      // Until then the answers are queued, unless they wait for an execution.
      await nextTurn();
      await this.#taker.room();
      this.#takenInTurn = 0;
      if (this.#taker.isStopped()) return;
      for (; next < lines.length && !this.#isFull; next++) this.#take(lines[next] as ByteLine);
    }
    this.#takenInTurn = 0;
  }

  get #isFull(): boolean {
    return this.#takenInTurn >= MAX_LINES_IN_A_TURN;
  }

  #take(line: ByteLine): void {
    const isLarge = this.#taker.take(line);
    this.#takenInTurn += isLarge ? MAX_LINES_IN_A_TURN / LARGE_ANSWERS_IN_A_TURN : 1;
  }
}
