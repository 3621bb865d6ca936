/** The ids of the executions that a window has access to. */

import type { ExecutionHubs } from './execution-hub';

export class OwnExecutions implements Iterable<string> {
  readonly #hubs: ExecutionHubs;
  readonly #maxEnded: number;
  readonly #ids = new Set<string>();

  /** `maxEnded`: how many records of ended executions the engine keeps. */
  constructor(hubs: ExecutionHubs, maxEnded: number) {
    this.#hubs = hubs;
    this.#maxEnded = maxEnded;
  }

  add(id: string): void {
    this.#ids.add(id);
    // Not for every id, because it iterates over all of them.
    if (this.#ids.size > 2 * (this.#maxEnded + this.#hubs.size)) this.#forgetOldest();
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
      if (this.#ids.size <= this.#maxEnded + this.#hubs.size) break;
      if (this.#hubs.find(id) === undefined) this.#ids.delete(id);
    }
  }
}
