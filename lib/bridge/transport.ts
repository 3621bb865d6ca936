/** What a connection may be given as, brought to lines. */

import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { BridgeConnection, LineTransport } from '../../types/bridge';
import { wrongType } from '../options/checks';
import { ByteLines } from './byte-lines';

type Some = Readonly<Record<string, unknown>>;

export const isReadable = (value: unknown): value is Readable =>
  typeof (value as Readable | null)?.pipe === 'function';

export const isWritable = (value: unknown): value is Writable =>
  typeof (value as Writable | null)?.write === 'function';

/** How long the other side may go on talking when it listens no more. */
const LAST_WORDS_MS = 1000;

/** Characters that are written at once, whatever else may come in the same turn. */
const FULL = 64 * 1024;

const EXPECTED =
  'a child process with piped stdin and stdout, { readable, writable }, a duplex stream, or { send, onLine, close }';

export function transportOf(connection: BridgeConnection): LineTransport {
  const given = (connection ?? {}) as unknown as Some;
  if (typeof given.send === 'function' && typeof given.onLine === 'function') {
    return connection as LineTransport;
  }
  const [readable, writable] =
    typeof given.readable === 'object'
      ? [given.readable, given.writable]
      : 'stdout' in given
        ? [given.stdout, given.stdin]
        : [given, given];
  if (!isReadable(readable) || !isWritable(writable)) {
    throw wrongType('connection', EXPECTED, connection);
  }
  return new StreamTransport(readable, writable, 'stdout' in given ? given : undefined);
}

class StreamTransport implements LineTransport {
  readonly #readable: Readable;
  readonly #writable: Writable;
  readonly #process: Some | undefined;
  #unwritten = '';

  constructor(readable: Readable, writable: Writable, process: Some | undefined) {
    this.#readable = readable;
    this.#writable = writable;
    this.#process = process;
  }

  /**
   * What is asked in one turn is written in one piece, so that the other side takes it in one turn too:
   * between a request and the question for its lines the execution may have ended and be forgotten.
   */
  send(line: string): void {
    if (this.#unwritten === '') process.nextTick(() => this.#flush());
    this.#unwritten += `${line}\n`;
    if (this.#unwritten.length >= FULL) this.#flush();
  }

  onLine(callback: (line: string) => void): void {
    const lines = new ByteLines(({ text, problem }) => {
      if (text === undefined)
        this.#readable.destroy(new Error(`A line cannot be read: ${problem}`));
      else callback(text);
    });
    this.#readable.on('data', (chunk: Uint8Array | string) => {
      lines.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    });
  }

  onClose(callback: (reason?: unknown) => void): void {
    let failure: unknown;
    this.#readable.once('error', callback);
    // What it has still said explains more than that it does not listen any more.
    this.#writable.on('error', (error) => {
      failure ??= error;
      setTimeout(callback, LAST_WORDS_MS, failure).unref?.();
    });
    if (typeof this.#process?.once !== 'function') {
      this.#readable.once('end', () => callback(failure)).once('close', () => callback(failure));
      return;
    }
    const once = this.#process.once.bind(this.#process) as ChildProcess['once'];
    once('error', callback);
    // Closed on this side: then nothing more is heard, and the other side has to be told.
    this.#readable.once('close', () => {
      if (this.#readable.readableEnded) return;
      this.close();
      callback(failure ?? new Error('Its output is closed'));
    });
    // Behind its last output, and it says more than the end of that.
    once('close', (code, signal) => {
      const how = signal === null ? `with code ${code}` : `by ${signal}`;
      callback(code === 0 ? failure : new Error(`The process ended ${how}`));
    });
  }

  close(): void {
    this.#flush();
    this.#writable.end();
  }

  #flush(): void {
    const text = this.#unwritten;
    this.#unwritten = '';
    if (text !== '') this.#writable.write(text);
  }
}
