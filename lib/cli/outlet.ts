/** Where output goes: a stream that is waited for when it is full, and whose end is noticed. */

import type { Writable } from 'node:stream';

export class Outlet {
  readonly #stream: Writable;
  #full: Promise<void> | undefined;
  #isBroken = false;
  /** Bytes handed over. */
  bytes = 0;

  /** `onBroken`: called once, when nobody can be written to any more. */
  constructor(stream: Writable, onBroken: (error: NodeJS.ErrnoException) => void) {
    this.#stream = stream;
    stream.on('error', (error) => {
      if (this.#isBroken) return;
      this.#isBroken = true;
      onBroken(error);
    });
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Whether there is something to wait for in {@link room}. */
  get isFull(): boolean {
    return this.#full !== undefined;
  }

  write(data: string | Uint8Array): void {
    if (this.#isBroken || data.length === 0) return;
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    this.bytes += bytes.length;
    if (this.#stream.write(bytes)) return;
    this.#full ??= this.#emptied();
  }

  /** Settles when there is room for more; at once if there is, and when nobody reads any more. */
  async room(): Promise<void> {
    await this.#full;
  }

  #emptied(): Promise<void> {
    const stream = this.#stream;
    return new Promise((resolve) => {
      const done = (): void => {
        this.#full = undefined;
        for (const event of ['drain', 'error', 'close']) stream.off(event, done);
        resolve();
      };
      for (const event of ['drain', 'error', 'close']) stream.on(event, done);
    });
  }
}
