/** The lines for the client, in order, written as fast as the client reads. */

import type { Writable } from 'node:stream';

interface Item {
  /** Makes the text, without the line terminator. Called when the stream has room. */
  encode: () => string | Promise<string>;
  /** Bytes that the item holds in memory while it waits. */
  weight: number;
  /** Called when the item was written or dropped. */
  done: (() => void) | undefined;
}

/**
 * One queue for all messages, because the order of answers and events is part of the protocol. Items
 * are encoded one at a time, when the stream has taken the ones before.
 */
export class WriteQueue {
  readonly #stream: Writable;
  readonly #encodeFailure: (error: unknown) => string;
  #queue: Item[] = [];
  #weight = 0;
  #pumping: Promise<void> | undefined;
  #waiters: { max: number; resolve: () => void }[] = [];
  #isClosed = false;

  /**
   * @param onGone - called when the stream is closed or fails
   * @param encodeFailure - the line in place of an item that cannot be encoded
   */
  constructor(stream: Writable, onGone: () => void, encodeFailure: (error: unknown) => string) {
    this.#stream = stream;
    this.#encodeFailure = encodeFailure;
    const close = (): void => {
      this.close();
      onGone();
    };
    // Without a listener an error of the stream would be an uncaught exception.
    stream.on('error', close).once('close', close);
  }

  put(encode: Item['encode'], weight = 0, done?: () => void): void {
    if (this.#isClosed) {
      done?.();
      return;
    }
    this.#queue.push({ encode, weight, done });
    this.#weight += weight;
    this.#pumping ??= this.#pump();
  }

  /** Whether items wait to be written. */
  get isBusy(): boolean {
    return this.#pumping !== undefined;
  }

  /** Whether the waiting items weigh more than `max`. */
  isAbove(max: number): boolean {
    return this.#weight > max && !this.#isClosed;
  }

  /** Resolves when the waiting items weigh at most `max`. */
  below(max: number): Promise<void> {
    if (!this.isAbove(max)) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ max, resolve }));
  }

  /** Resolves when all items are written, or the stream is gone. */
  async flushed(): Promise<void> {
    while (this.#pumping !== undefined) await this.#pumping;
  }

  /** Drops all items. */
  close(): void {
    this.#isClosed = true;
    for (const { done } of this.#queue.splice(0)) done?.();
    this.#weight = 0;
    this.#wake();
  }

  async #pump(): Promise<void> {
    for (let item = this.#queue.shift(); item !== undefined; item = this.#queue.shift()) {
      const text = await this.#encode(item);
      if (!this.#isClosed && !this.#stream.write(`${text}\n`)) await this.#drained();
      item.done?.();
      if (!this.#isClosed) this.#weight -= item.weight;
      this.#wake();
    }
    this.#pumping = undefined;
  }

  /** Fails for more text than a string can hold. */
  async #encode(item: Item): Promise<string> {
    try {
      return await item.encode();
    } catch (error) {
      return this.#encodeFailure(error);
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
    const ready = this.#waiters.filter(({ max }) => this.#isClosed || this.#weight <= max);
    this.#waiters = this.#waiters.filter((entry) => !ready.includes(entry));
    for (const { resolve } of ready) resolve();
  }
}
