/** Turns the connections that `connectBridge()` accepts into line transports. */

import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { BridgeConnection, LineTransport } from '../../types/bridge';
import { wrongType } from '../core/index';
import { ByteLines } from './wire/byte-lines';

type Fields = Readonly<Record<string, unknown>>;

export const isReadable = (value: unknown): value is Readable =>
  typeof (value as Readable | null)?.pipe === 'function';

export const isWritable = (value: unknown): value is Writable =>
  typeof (value as Writable | null)?.write === 'function';

/** After a write error: how long the peer may send, before the connection is closed. */
const DRAIN_MS = 1000;

/** Text of this length is written before the end of the turn. */
const FLUSH_LENGTH = 64 * 1024;

const EXPECTED =
  'a child process with piped stdin and stdout, { readable, writable }, a duplex stream, or { send, onLine, close }';

export function transportOf(connection: BridgeConnection): LineTransport {
  // Of a primitive value no property is read.
  const given = Object(connection) as Fields;
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
  readonly #process: Fields | undefined;
  #unwritten = '';

  constructor(readable: Readable, writable: Writable, process: Fields | undefined) {
    this.#readable = readable;
    this.#writable = writable;
    this.#process = process;
  }

  /**
   * Lines of one turn are written together, so that the server handles them in one turn: between a
   * request and the request for its lines, the execution could end and its record be dropped.
   */
  send(line: string): void {
    if (this.#unwritten === '') process.nextTick(() => this.#flush());
    this.#unwritten += `${line}\n`;
    if (this.#unwritten.length >= FLUSH_LENGTH) this.#flush();
  }

  onLine(callback: (line: string) => void): void {
    const lines = new ByteLines(({ text, problem }) => {
      if (text === undefined)
        this.#readable.destroy(new Error(`Invalid line from the bridge: ${problem}`));
      else callback(text);
    });
    this.#readable.on('data', (chunk: Uint8Array | string) => {
      lines.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    });
  }

  onClose(callback: (reason?: unknown) => void): void {
    let failure: unknown;
    this.#readable.once('error', callback);
    // Lines that the peer has sent, or its exit status, explain more than the write error.
    this.#writable.on('error', (error) => {
      failure ??= error;
      setTimeout(callback, DRAIN_MS, failure).unref?.();
    });
    if (typeof this.#process?.once !== 'function') {
      this.#readable.once('end', () => callback(failure)).once('close', () => callback(failure));
      return;
    }
    const once = this.#process.once.bind(this.#process) as ChildProcess['once'];
    once('error', callback);
    // The output was closed on this side: close the input too, so that the peer ends.
    this.#readable.once('close', () => {
      if (this.#readable.readableEnded) return;
      this.close();
      callback(failure ?? new Error('The output of the process is closed'));
    });
    // Emitted after the last output, and it has the exit status.
    once('close', (code, signal) => {
      const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
      callback(code === 0 ? failure : new Error(`The process ${how}`));
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
