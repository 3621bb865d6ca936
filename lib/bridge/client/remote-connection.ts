/** The client's side of a connection: requests and their answers, events, and feeds of lines. */

import type { LineTransport } from '../../../types/bridge';
import type { WireError, WireEvent, WireHello, WireLines } from '../../../types/wire';
import type { WirePlanEvent, WirePlanLine } from '../../../types/wire-plan';
import { ExecutionError } from '../../core/index';
import { errorFromWire } from '../wire/error';
import { isAnswer, parseMessage } from './incoming-message';

/** Names the execution that {@link RemoteConnection.execute} began, and no other with the same id. */
export interface RemoteKey {
  readonly id: string;
  readonly run: number | undefined;
}

interface PendingAnswer {
  resolve(payload: unknown): void;
  reject(error: Error): void;
  /** The caller continues before any later message is handled. */
  isFirst: boolean;
}

/** The default of callbacks that are not set. */
const ignore = (): void => undefined;

/** Runs `callback` after all promise reactions that are queued. */
const defer: (callback: () => void) => unknown =
  typeof setImmediate === 'function' ? setImmediate : (callback) => setTimeout(callback, 0);

export class RemoteConnection {
  /** Resolves with the reason, if it is known. */
  readonly closed: Promise<unknown>;
  onEvent: (event: WireEvent) => void = ignore;
  onPlanEvent: (event: WirePlanEvent) => void = ignore;
  onClosed: (error: ExecutionError) => void = ignore;
  /** Sends deferred requests, which must come before the message that is about to be sent. */
  beforeSending: () => void = ignore;
  /** The longest line that the server accepts. */
  maxLineBytes = Number.POSITIVE_INFINITY;
  readonly #transport: LineTransport;
  readonly #pending = new Map<number, PendingAnswer>();
  readonly #feeds = new Map<number, (lines: never) => void>();
  #lines: string[] = [];
  #isPaused = false;
  #lastSeq = 0;
  /** Set once the connection is closed. */
  #end: { reason: unknown } | undefined;
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

  /** The first request of a connection. Checks the version of the protocol. */
  async hello(): Promise<WireHello> {
    const hello = await this.ask<WireHello>('hello');
    if (hello?.protocol !== 1) {
      const error = new ExecutionError(
        'ERR_INTERNAL',
        `The bridge uses protocol version ${hello?.protocol}; this client supports version 1`,
      );
      this.close(error);
      throw error;
    }
    this.maxLineBytes = hello.max_line_bytes;
    return hello;
  }

  /** Sends a request. Rejects with the error of the engine, or `ERR_ENGINE_CLOSED`. */
  ask<T>(type: string, fields: object = {}, isFirst = false): Promise<T> {
    return this.#ask<T>(++this.#lastSeq, type, fields, isFirst);
  }

  /** Requests an execution. `run` identifies it, because an id can be used again. */
  execute(fields: object): { run: number; admission: Promise<void> } {
    const run = ++this.#lastSeq;
    return { run, admission: this.#ask<void>(run, 'execute', fields, false) };
  }

  /** Requests the lines of an execution. `end` resolves after the last line. */
  read(
    execution: RemoteKey,
    take: (lines: WireLines) => void,
  ): { reader: number; end: Promise<void> } {
    return this.#feed('read_lines', execution, take);
  }

  /** Requests the lines of a plan. `end` resolves after the last line. */
  readPlan(
    planId: string,
    take: (lines: readonly WirePlanLine[]) => void,
  ): { reader: number; end: Promise<void> } {
    return this.#feed('read_plan_lines', { plan_id: planId }, take);
  }

  /** Sends a message that has no answer. */
  notify(type: string, fields: object): void {
    this.beforeSending();
    if (this.#end === undefined) this.#transport.send(JSON.stringify({ type, ...fields }));
  }

  /** Closes the connection. Pending requests reject. */
  close(reason?: unknown): void {
    if (this.#end !== undefined) return;
    this.#lost(reason);
    this.#transport.close();
  }

  /** The error of requests after the connection was closed. */
  closedError(): ExecutionError {
    const cause = this.#end?.reason;
    const message = (cause as Partial<Error> | undefined)?.message;
    const why = message === undefined ? 'shut down' : `out of reach: ${message}`;
    return new ExecutionError('ERR_ENGINE_CLOSED', `Execution engine is ${why}`, { cause });
  }

  #feed(type: string, fields: object, take: (lines: never) => void) {
    const reader = ++this.#lastSeq;
    this.#feeds.set(reader, take);
    const end = this.#ask<void>(reader, type, fields, false);
    const done = (): void => void this.#feeds.delete(reader);
    end.then(done, done);
    return { reader, end };
  }

  async #ask<T>(seq: number, type: string, fields: object, isFirst: boolean): Promise<T> {
    this.beforeSending();
    if (this.#end !== undefined) throw this.closedError();
    const line = JSON.stringify({ type, seq, ...fields });
    this.#checkLength(line);
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#pending.set(seq, { resolve, reject, isFirst });
    });
    this.#transport.send(line);
    const payload = await answer;
    if (isAnswer(type, payload)) return payload as T;
    this.close(notFromBridge(JSON.stringify(payload) ?? 'nothing'));
    throw this.closedError();
  }

  #checkLength(line: string): void {
    const max = this.maxLineBytes;
    // A UTF-16 code unit takes at most three bytes.
    if (line.length * 3 <= max) return;
    const bytes = new TextEncoder().encode(line).length;
    if (bytes <= max) return;
    throw new ExecutionError(
      'ERR_SERIALIZATION',
      `Serialization error: the request takes ${bytes} bytes on the wire, at most ${max} are ` +
        'allowed; send big input through stdin: "pipe"',
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
    if (this.#end !== undefined || line.trim() === '') return;
    const message = parseMessage(line);
    if (message === undefined) {
      this.close(notFromBridge(line));
      return;
    }
    switch (message.type) {
      case 'event':
        if (isOfPlan(message.payload)) this.onPlanEvent(message.payload);
        else this.onEvent(message.payload);
        break;
      case 'lines':
      case 'plan_lines':
        this.#feeds.get(message.reader)?.(message.payload as never);
        break;
      case 'plan_result':
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
    defer(() => {
      this.#isPaused = false;
      this.#takeAll();
    });
  }

  /** Messages that arrived before are handled first. */
  #lost(reason: unknown): void {
    if (this.#isPaused) {
      defer(() => this.#lost(reason));
      return;
    }
    if (this.#end !== undefined) return;
    this.#end = { reason };
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(this.closedError());
    this.onClosed(this.closedError());
    this.#setClosed(reason);
  }
}

const isOfPlan = (event: WireEvent | WirePlanEvent): event is WirePlanEvent =>
  Object.hasOwn(event, 'plan_id');

function notFromBridge(text: string): Error {
  const start = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return new Error(`Not a message of the bridge: ${start}`);
}
