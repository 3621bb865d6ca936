/** A stream of the program, with backpressure and detection of a reader that has gone. */

import type { Writable } from 'node:stream';

export class OutputSink {
  readonly #stream: Writable;
  #drained: Promise<void> | undefined;
  #isBroken = false;
  /** Bytes that were written. */
  bytes = 0;

  /** `onBroken` is called once, when writing fails. */
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

  get isFull(): boolean {
    return this.#drained !== undefined;
  }

  write(data: string | Uint8Array): void {
    if (this.#isBroken || data.length === 0) return;
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    this.bytes += bytes.length;
    if (this.#stream.write(bytes)) return;
    this.#drained ??= this.#waitForDrain();
  }

  /** Resolves when the stream accepts more data, or is broken. */
  async drained(): Promise<void> {
    await this.#drained;
  }

  #waitForDrain(): Promise<void> {
    const stream = this.#stream;
    return new Promise((resolve) => {
      const done = (): void => {
        this.#drained = undefined;
        for (const event of ['drain', 'error', 'close']) stream.off(event, done);
        resolve();
      };
      for (const event of ['drain', 'error', 'close']) stream.on(event, done);
    });
  }
}
