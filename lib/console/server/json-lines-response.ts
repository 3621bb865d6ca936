/** A response of JSON values, one per line. Its buffer stays small: callers write only while the page keeps up. */

import type { ServerResponse } from 'node:http';

export class JsonLinesResponse<Message> {
  readonly #response: ServerResponse;

  /** `onReady` is called when the page has read what was written. */
  constructor(response: ServerResponse, onReady: () => void) {
    this.#response = response;
    response.writeHead(200, {
      'Content-Type': 'application/x-ndjson; charset=utf-8',
      'Cache-Control': 'no-store',
    });
    response.flushHeaders();
    response.on('drain', onReady);
    // The page has gone; 'close' follows.
    response.on('error', () => undefined);
  }

  /** Whether the page has read everything. */
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
