/** What is written to the stdin of an execution, for the answer of the test. */

import { Deferred, ExecutionError } from '../core/index';

export class InputQueue implements AsyncIterable<string> {
  readonly #isPiped: boolean;
  readonly #decoder = new TextDecoder();
  #texts: string[] = [];
  #isClosed = false;
  #isEnded: boolean;
  #change = new Deferred();

  /** `input`: that of the request, which is closed after it. */
  constructor(isPiped: boolean, input: string | Uint8Array | undefined) {
    this.#isPiped = isPiped;
    this.#isEnded = !isPiped;
    if (input !== undefined) this.#texts.push(this.#decode(input));
  }

  /** @throws `ERR_IO` as a real engine; after the end of the command the data is discarded */
  send(data: string | Uint8Array): void {
    this.#check();
    if (!this.#isEnded) this.#texts.push(this.#decode(data));
    this.#changed();
  }

  close(): void {
    this.#check();
    this.#isClosed = true;
    this.end();
  }

  /** The command has ended. */
  end(): void {
    this.#isEnded = true;
    this.#changed();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string, void> {
    for (;;) {
      const text = this.#texts.shift();
      if (text !== undefined) yield text;
      else if (this.#isEnded) return;
      else await this.#change.wait();
    }
  }

  #check(): void {
    const why = this.#isPiped
      ? 'it was closed by closeInput'
      : "the request did not ask for stdin: 'pipe'";
    if (!this.#isPiped || this.#isClosed)
      throw new ExecutionError('ERR_IO', `IO error: stdin is not open: ${why}`);
  }

  /** A character may be in two pieces. */
  #decode(data: string | Uint8Array): string {
    return typeof data === 'string' ? data : this.#decoder.decode(data, { stream: true });
  }

  #changed(): void {
    const change = this.#change;
    this.#change = new Deferred();
    change.resolve();
  }
}
