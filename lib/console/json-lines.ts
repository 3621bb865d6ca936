/** One long answer: a JSON value a line, and never more in memory than the page takes. */

import type { ServerResponse } from 'node:http';

export class JsonLines<Message> {
  readonly #response: ServerResponse;
  readonly #onReady: () => void;

  /** `onReady`: called when the page has taken what {@link write} could not give to it at once. */
  constructor(response: ServerResponse, onReady: () => void) {
    this.#response = response;
    this.#onReady = onReady;
    response.writeHead(200, {
      'Content-Type': 'application/x-ndjson; charset=utf-8',
      'Cache-Control': 'no-store',
    });
    response.flushHeaders();
    response.on('drain', () => this.#onReady());
    // The page has gone; 'close' comes behind it.
    response.on('error', () => undefined);
  }

  /** Whether the page has taken everything; until then nothing is written. */
  get isReady(): boolean {
    return !this.#response.writableNeedDrain && this.isOpen;
  }

  get isOpen(): boolean {
    return !this.#response.writableEnded && !this.#response.destroyed;
  }

  write(message: Message): void {
    if (this.isOpen) this.#response.write(`${JSON.stringify(message)}\n`);
  }

  end(): void {
    if (this.isOpen) this.#response.end();
  }

  onClose(listener: () => void): void {
    this.#response.once('close', listener);
  }
}
