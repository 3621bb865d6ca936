/** Sends what is typed into a terminal: one request at a time, so that the keys arrive in their order. */

import { api } from './api';

export class KeySender {
  readonly #onError: (error: Error) => void;
  #id: string | undefined;
  #waiting = '';
  #isBusy = false;

  constructor(onError: (error: Error) => void) {
    this.#onError = onError;
  }

  /** Keys that were typed for another execution and are not sent yet are dropped. */
  send(id: string, keys: string): void {
    if (id !== this.#id) this.#waiting = '';
    this.#id = id;
    this.#waiting += keys;
    if (!this.#isBusy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    while (this.#id !== undefined && this.#waiting !== '') {
      const text = this.#waiting;
      this.#waiting = '';
      try {
        await api.input(this.#id, { text });
      } catch (error) {
        this.#waiting = '';
        this.#onError(error as Error);
      }
    }
    this.#isBusy = false;
  }
}
