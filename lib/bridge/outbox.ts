/** What is to be written, in its order, and not ahead of the reader. */

import type { Writable } from 'node:stream';

interface Item {
  /** Makes the text, without the end of the line, when there is room for it. */
  encode: () => string | Promise<string>;
  weight: number;
  /** It was written, or never will be. */
  done: (() => void) | undefined;
}

/**
 * One queue for everything, since the order between answers and events is part of the protocol.
 * Items are made into text one at a time, when the stream has taken the ones before.
 */
export class Outbox {
  readonly #stream: Writable;
  readonly #failed: (error: unknown) => string;
  #queue: Item[] = [];
  #weight = 0;
  #pumping: Promise<void> | undefined;
  #waiting: { most: number; resolve: () => void }[] = [];
  #closed = false;

  /** `gone`: nobody reads any more. `failed`: what to write for what cannot be made into text. */
  constructor(stream: Writable, gone: () => void, failed: (error: unknown) => string) {
    this.#stream = stream;
    this.#failed = failed;
    const close = (): void => {
      this.close();
      gone();
    };
    // An error that nobody listens to would end the process.
    stream.on('error', close).once('close', close);
  }

  /** `weight`: bytes that the item holds in memory while it waits. */
  put(encode: Item['encode'], weight = 0, done?: () => void): void {
    if (this.#closed) {
      done?.();
      return;
    }
    this.#queue.push({ encode, weight, done });
    this.#weight += weight;
    this.#pumping ??= this.#pump();
  }

  /** Something is still to be written. */
  get isBusy(): boolean {
    return this.#pumping !== undefined;
  }

  /** Resolves when at most so much waits. */
  below(most: number): Promise<void> {
    if (this.#weight <= most || this.#closed) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ most, resolve }));
  }

  /** Resolves when all is written, or the stream is gone. */
  async flushed(): Promise<void> {
    while (this.#pumping !== undefined) await this.#pumping;
  }

  /** Nothing more is written. */
  close(): void {
    this.#closed = true;
    for (const { done } of this.#queue.splice(0)) done?.();
    this.#weight = 0;
    this.#wake();
  }

  async #pump(): Promise<void> {
    for (let item = this.#queue.shift(); item !== undefined; item = this.#queue.shift()) {
      const text = await this.#textOf(item);
      if (!this.#closed && !this.#stream.write(`${text}\n`)) await this.#drained();
      item.done?.();
      if (!this.#closed) this.#weight -= item.weight;
      this.#wake();
    }
    this.#pumping = undefined;
  }

  /** More text than a string can hold is the one thing that is known to fail. */
  async #textOf(item: Item): Promise<string> {
    try {
      return await item.encode();
    } catch (error) {
      return this.#failed(error);
    }
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        this.#stream.off('drain', go).off('close', go).off('error', go);
        resolve();
      };
      this.#stream.on('drain', go).on('close', go).on('error', go);
    });
  }

  #wake(): void {
    const ready = this.#waiting.filter(({ most }) => this.#closed || this.#weight <= most);
    this.#waiting = this.#waiting.filter((entry) => !ready.includes(entry));
    for (const { resolve } of ready) resolve();
  }
}
