/** The connection to the native engine: calls and their replies, and whether the event loop is kept alive. */

import type { NativeEngine, NativeError } from '../../../types/native';
import { engineClosed, fromNative } from '../errors';
import { abortAtExit, forgetAtExit, keepAlive } from '../util/keep-alive';
import { loadNative } from './load';
import { decode, type RecordSink, type ReplySink } from './records';

type Reply = (error: NativeError | null, value: unknown) => void;
type Send = (native: NativeEngine, ticket: number) => void;

export class Channel {
  readonly #native: NativeEngine;
  readonly #replies = new Map<number, Reply>();
  readonly #sink: RecordSink;
  readonly #replied: ReplySink;
  #lastTicket = 0;
  /** Executions that have not ended. */
  #executions = 0;
  #mayHoldLoop = true;
  #isWorking = false;
  #holdsLoop = false;
  #state: 'open' | 'closing' | 'closed' = 'open';

  /** `sink` gets all records except replies, which the channel handles. */
  constructor(config: readonly unknown[], sink: RecordSink) {
    const { Engine } = loadNative();
    this.#sink = sink;
    this.#replied = (ticket, error, value) => this.#reply(ticket, error, value);
    try {
      this.#native = new Engine(config, Channel.#deliverTo(new WeakRef(this)));
    } catch (error) {
      const { reason } = error as { reason?: NativeError };
      throw reason === undefined ? error : fromNative(reason);
    }
    abortAtExit(this.#native);
  }

  /** The native engine; `undefined` after {@link close}. */
  get open(): NativeEngine | undefined {
    return this.#state === 'closed' ? undefined : this.#native;
  }

  /** The native engine. Throws `ERR_ENGINE_CLOSED` after {@link close}. */
  get native(): NativeEngine {
    if (this.#state === 'closed') throw engineClosed();
    return this.#native;
  }

  get isClosing(): boolean {
    return this.#state === 'closing';
  }

  /** Throws `ERR_ENGINE_CLOSED` once {@link shutdown} was called. */
  checkAdmission(): void {
    if (this.#state !== 'open') throw engineClosed();
  }

  /** For a call of `execute`, which is answered by a record of its own. */
  newToken(): number {
    return ++this.#lastTicket;
  }

  /** Sends a call that is answered later; returns its ticket. `reply` runs in the order of the records. */
  call(send: Send, reply: Reply): number {
    const { native } = this;
    const ticket = ++this.#lastTicket;
    this.#replies.set(ticket, reply);
    try {
      send(native, ticket);
    } catch (error) {
      this.#replies.delete(ticket);
      throw error;
    }
    this.update();
    return ticket;
  }

  /** As {@link call}, as a promise. Its error is created after the `await`, so that its stack shows the caller. */
  async ask<T>(send: Send): Promise<T> {
    const [error, value] = await new Promise<[NativeError | null, unknown]>((resolve) => {
      this.call(send, (error, value) => resolve([error, value]));
    });
    if (error !== null) throw fromNative(error);
    return value as T;
  }

  /** Called before the call of `execute`, so that the event loop is kept alive without a gap until the end. */
  executionBegins(): void {
    if (this.#executions++ === 0) this.update();
  }

  /** The event loop is kept alive until the end of the delivery, or until the next {@link update}. */
  executionEnds(): void {
    this.#executions--;
  }

  holdLoop(allowed: boolean): void {
    this.#mayHoldLoop = allowed;
    this.update();
  }

  /**
   * Ends everything that runs. Calls that are pending then reject with `ERR_ENGINE_CLOSED`. Returns the processes that
   * could not be ended.
   */
  async shutdown(graceMs: number): Promise<number[]> {
    this.#state = 'closing';
    const survivors = await this.ask<number[]>((native, ticket) =>
      native.shutdown(ticket, graceMs),
    );
    const closed: NativeError = { code: 'ERR_ENGINE_CLOSED', message: engineClosed().message };
    for (const ticket of [...this.#replies.keys()]) this.#reply(ticket, closed, undefined);
    return survivors;
  }

  /** Releases the native engine, after {@link shutdown}. */
  close(): void {
    this.update();
    this.#state = 'closed';
    forgetAtExit(this.#native);
    this.#native.close();
  }

  /** Keeps the event loop, and this object, alive exactly while there is work. */
  update(): void {
    const working = this.#executions > 0 || this.#replies.size > 0;
    if (working !== this.#isWorking) {
      this.#isWorking = working;
      keepAlive(this, working);
    }
    const holds = working && this.#mayHoldLoop;
    if (holds === this.#holdsLoop || this.#state === 'closed') return;
    this.#holdsLoop = holds;
    if (holds) this.#native.ref();
    else this.#native.unref();
  }

  /**
   * The native side must not keep an idle engine reachable that user code does not refer to. A separate function,
   * because a closure in the constructor would share a context that holds `this`.
   */
  static #deliverTo(weak: WeakRef<Channel>): (ends: Uint32Array, ...records: unknown[]) => void {
    return (ends, ...records) => {
      const channel = weak.deref();
      if (channel !== undefined) channel.#deliver(records, ends);
    };
  }

  #deliver(records: unknown[], ends: Uint32Array): void {
    decode(records, ends, this.#sink, this.#replied);
    this.update();
  }

  #reply(ticket: number, error: NativeError | null, value: unknown): void {
    const reply = this.#replies.get(ticket);
    this.#replies.delete(ticket);
    reply?.(error, value);
  }
}
