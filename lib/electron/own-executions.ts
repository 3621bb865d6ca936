/** The ids of the executions that a window may look at and act on. */

import type { RunningExecutions } from './running';

export class OwnExecutions implements Iterable<string> {
  readonly #running: RunningExecutions;
  readonly #maxEnded: number;
  readonly #ids = new Set<string>();

  /** `maxEnded`: how many ended ones the engine remembers. */
  constructor(running: RunningExecutions, maxEnded: number) {
    this.#running = running;
    this.#maxEnded = maxEnded;
  }

  add(id: string): void {
    this.#ids.add(id);
    // Not with each one: it looks at all of them.
    if (this.#ids.size > 2 * (this.#maxEnded + this.#running.size)) this.#forgetOldest();
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  delete(id: string): void {
    this.#ids.delete(id);
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#ids.values();
  }

  #forgetOldest(): void {
    for (const id of this.#ids) {
      if (this.#ids.size <= this.#maxEnded + this.#running.size) break;
      if (this.#running.find(id) === undefined) this.#ids.delete(id);
    }
  }
}
