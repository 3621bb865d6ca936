/** The secrets of an engine: those of its configuration, and those that were added since. */

import type { Channel } from '../native/channel';

export class Secrets {
  readonly #known: Set<string>;

  constructor(configured: readonly string[]) {
    this.#known = new Set(configured);
  }

  /** They are in no message about a request. */
  get known(): ReadonlySet<string> {
    return this.#known;
  }

  get exist(): boolean {
    return this.#known.size > 0;
  }

  /** Resolves when the engine redacts it everywhere. Rejects for a text that is too short or too long. */
  async add(channel: Channel, text: string): Promise<void> {
    const isNew = !this.#known.has(text);
    // At once: the next request may already contain it.
    this.#known.add(text);
    try {
      await channel.ask((native, ticket) => native.addSecret(ticket, text));
    } catch (error) {
      if (isNew) this.#known.delete(text);
      throw error;
    }
  }
}
