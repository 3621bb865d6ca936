/** One connection, on the side that asks: questions and their answers, events, and lines. */

import type { LineTransport } from '../../types/bridge';
import type { WireError, WireEvent, WireHello, WireLines } from '../../types/wire';
import { ExecutionError } from '../index';
import { errorFromWire } from './error';
import { isAnswer, messageOf } from './message';

/** Whom a command is for: the one that {@link BridgeChannel.execute} began, and no other with its id. */
export interface RemoteKey {
  readonly id: string;
  readonly run: number | undefined;
}

interface Pending {
  resolve(payload: unknown): void;
  reject(error: Error): void;
  /** Whoever waits is to have the answer before anything behind it is told. */
  isFirst: boolean;
}

/** Told elsewhere. */
const ignore = (): void => undefined;

/** Lets everything run that waits for a promise. */
const soon: (callback: () => void) => unknown =
  typeof setImmediate === 'function' ? setImmediate : (callback) => setTimeout(callback, 0);

export class BridgeChannel {
  /** With the reason, if it is known. */
  readonly closed: Promise<unknown>;
  onEvent: (event: WireEvent) => void = ignore;
  onClosed: (error: ExecutionError) => void = ignore;
  /** What waits for its moment goes ahead of whatever is sent now. */
  beforeSending: () => void = ignore;
  /** The longest line that the other side takes. */
  maxLineBytes = Number.POSITIVE_INFINITY;
  readonly #transport: LineTransport;
  readonly #pending = new Map<number, Pending>();
  readonly #feeds = new Map<number, (lines: WireLines) => void>();
  #lines: string[] = [];
  #isPaused = false;
  #lastSeq = 0;
  #reason: { reason: unknown } | undefined;
  #setClosed: (reason: unknown) => void = ignore;

  constructor(transport: LineTransport) {
    this.#transport = transport;
    this.closed = new Promise((resolve) => {
      this.#setClosed = resolve;
    });
    transport.onLine((line) => {
      this.#lines.push(line);
      this.#takeAll();
    });
    transport.onClose?.((reason) => this.#lost(reason));
  }

  /** Asks who is there. */
  async hello(): Promise<WireHello> {
    const hello = await this.ask<WireHello>('hello');
    if (hello?.protocol !== 1) {
      const error = new ExecutionError(
        'ERR_INTERNAL',
        `The other side speaks version ${hello?.protocol} of the protocol, and this one version 1`,
      );
      this.close(error);
      throw error;
    }
    this.maxLineBytes = hello.max_line_bytes;
    return hello;
  }

  /** Asks something. Rejects with the error that the engine gave, or `ERR_ENGINE_CLOSED`. */
  ask<T>(type: string, fields: object = {}, isFirst = false): Promise<T> {
    return this.#ask<T>(++this.#lastSeq, type, fields, isFirst);
  }

  /** Asks for an execution. It goes by `run` from then on, as an id may be given again. */
  execute(fields: object): { run: number; admission: Promise<void> } {
    const run = ++this.#lastSeq;
    return { run, admission: this.#ask<void>(run, 'execute', fields, false) };
  }

  /** Asks for the lines of an execution; resolves behind the last one. */
  read(
    execution: RemoteKey,
    take: (lines: WireLines) => void,
  ): { reader: number; end: Promise<void> } {
    const reader = ++this.#lastSeq;
    this.#feeds.set(reader, take);
    const end = this.#ask<void>(reader, 'read_lines', execution, false);
    const done = (): void => void this.#feeds.delete(reader);
    end.then(done, done);
    return { reader, end };
  }

  /** Says what is not answered. */
  tell(type: string, fields: object): void {
    this.beforeSending();
    if (this.#reason === undefined) this.#transport.send(JSON.stringify({ type, ...fields }));
  }

  /** Ends the connection; what is still pending rejects. */
  close(reason?: unknown): void {
    if (this.#reason !== undefined) return;
    this.#lost(reason);
    this.#transport.close();
  }

  /** Nothing can be asked any more. */
  closedError(): ExecutionError {
    const cause = this.#reason?.reason;
    const message = (cause as Partial<Error> | undefined)?.message;
    const why = message === undefined ? 'shut down' : `out of reach: ${message}`;
    return new ExecutionError('ERR_ENGINE_CLOSED', `Execution engine is ${why}`, { cause });
  }

  async #ask<T>(seq: number, type: string, fields: object, isFirst: boolean): Promise<T> {
    this.beforeSending();
    if (this.#reason !== undefined) throw this.closedError();
    const line = JSON.stringify({ type, seq, ...fields });
    this.#checkLength(line);
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#pending.set(seq, { resolve, reject, isFirst });
    });
    this.#transport.send(line);
    const payload = await answer;
    if (isAnswer(type, payload)) return payload as T;
    const cause = notOfTheBridge(JSON.stringify(payload) ?? 'nothing');
    this.close(cause);
    throw this.closedError();
  }

  #checkLength(line: string): void {
    const most = this.maxLineBytes;
    // A character takes three bytes at most.
    if (line.length * 3 <= most) return;
    const bytes = new TextEncoder().encode(line).length;
    if (bytes <= most) return;
    throw new ExecutionError(
      'ERR_SERIALIZATION',
      `Serialization error: it takes ${bytes} bytes on the wire, and at most ${most} are allowed; ` +
        'big input goes through stdin: "pipe"',
    );
  }

  #takeAll(): void {
    while (!this.#isPaused) {
      const lines = this.#lines;
      this.#lines = [];
      if (lines.length === 0) return;
      for (let at = 0; at < lines.length; at++) {
        this.#take(lines[at] as string);
        if (!this.#isPaused) continue;
        this.#lines = [...lines.slice(at + 1), ...this.#lines];
        break;
      }
    }
  }

  #take(line: string): void {
    if (this.#reason !== undefined || line.trim() === '') return;
    const message = messageOf(line);
    if (message === undefined) {
      this.close(notOfTheBridge(line));
      return;
    }
    switch (message.type) {
      case 'event':
        this.onEvent(message.payload);
        break;
      case 'lines':
        this.#feeds.get(message.reader)?.(message.payload);
        break;
      case 'response':
        this.#answered(message);
        break;
    }
  }

  #answered(message: { seq: number | null; payload?: unknown; error?: WireError }): void {
    const pending = this.#pending.get(message.seq ?? 0);
    if (pending === undefined) return;
    this.#pending.delete(message.seq as number);
    if (message.error !== undefined) pending.reject(errorFromWire(message.error));
    else pending.resolve(message.payload);
    if (!pending.isFirst) return;
    this.#isPaused = true;
    soon(() => {
      this.#isPaused = false;
      this.#takeAll();
    });
  }

  /** What came before is told before. */
  #lost(reason: unknown): void {
    if (this.#isPaused) {
      soon(() => this.#lost(reason));
      return;
    }
    if (this.#reason !== undefined) return;
    this.#reason = { reason };
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(this.closedError());
    this.onClosed(this.closedError());
    this.#setClosed(reason);
  }
}

function notOfTheBridge(text: string): Error {
  const start = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return new Error(`What came is not of the bridge: ${start}`);
}
