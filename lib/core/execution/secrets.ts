/** The secrets of an engine: those of its configuration, and those that were added since. */

import type { Channel } from '../native/channel';

export class Secrets {
  #known: readonly string[];

  constructor(configured: readonly string[]) {
    this.#known = configured;
  }

  /** They are in no message about a request. */
  get known(): readonly string[] {
    return this.#known;
  }

  get exist(): boolean {
    return this.#known.length > 0;
  }

  /** Resolves when the engine redacts it everywhere. Rejects for a text that is too short or too long. */
  async add(channel: Channel, text: string): Promise<void> {
    const before = this.#known;
    // At once: the next request may already contain it.
    this.#known = [...before, text];
    try {
      await channel.ask((native, ticket) => native.addSecret(ticket, text));
    } catch (error) {
      this.#known = this.#known.filter((secret) => secret !== text || before.includes(text));
      throw error;
    }
  }
}
