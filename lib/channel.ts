/**
 * The line to the native engine: calls and their replies, and how long the event loop is kept
 * alive.
 */

import type { ExecutionConfig } from '../types/config';
import type { NativeEngine, NativeError } from '../types/native';
import { abortAtExit, forgetAtExit, keepAlive } from './alive';
import { engineClosed, fromNative } from './errors';
import { loadNative } from './native';
import { nativeConfig } from './options/config';
import { decode, type RecordSink } from './records';

type Reply = (error: NativeError | null, value: unknown) => void;
type Send = (native: NativeEngine, ticket: number) => void;

export class Channel {
  readonly #native: NativeEngine;
  readonly #replies = new Map<number, Reply>();
  readonly #sink: RecordSink;
  #lastTicket = 0;
  /** Executions that have not ended. */
  #executions = 0;
  #mayHoldLoop = true;
  #holdsLoop = false;
  #state: 'open' | 'closing' | 'closed' = 'open';

  /** `sink` gets all records but the replies, which are the channel's own. */
  constructor(config: Readonly<ExecutionConfig>, sink: Omit<RecordSink, 'replied'>) {
    const { Engine } = loadNative();
    this.#sink = {
      replied: (ticket, error, value) => this.#reply(ticket, error, value),
      started: sink.started.bind(sink),
      output: sink.output.bind(sink),
      finished: sink.finished.bind(sink),
    };
    try {
      this.#native = new Engine(nativeConfig(config), Channel.#deliverTo(new WeakRef(this)));
    } catch (error) {
      const { reason } = error as { reason?: NativeError };
      throw reason === undefined ? error : fromNative(reason);
    }
    abortAtExit(this.#native);
  }

  /** The native engine, or `undefined` when it is no more. */
  get open(): NativeEngine | undefined {
    return this.#state === 'closed' ? undefined : this.#native;
  }

  /** The native engine. Throws `ERR_ENGINE_CLOSED` when it is no more. */
  get native(): NativeEngine {
    if (this.#state === 'closed') throw engineClosed();
    return this.#native;
  }

  get isClosing(): boolean {
    return this.#state === 'closing';
  }

  /** Throws `ERR_ENGINE_CLOSED` from the call of {@link shutdown} on. */
  checkAdmission(): void {
    if (this.#state !== 'open') throw engineClosed();
  }

  /**
   * Sends a call that is answered later, under the ticket returned. `reply` runs in the order of
   * the records.
   */
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

  /**
   * As {@link call}, as a promise. Its error is made behind the `await`, so that its stack shows
   * who asked.
   */
  async ask<T>(send: Send): Promise<T> {
    const [error, value] = await new Promise<[NativeError | null, unknown]>((resolve) => {
      this.call(send, (error, value) => resolve([error, value]));
    });
    if (error !== null) throw fromNative(error);
    return value as T;
  }

  executionBegins(): void {
    this.#executions++;
  }

  executionEnds(): void {
    this.#executions--;
  }

  holdLoop(allowed: boolean): void {
    this.#mayHoldLoop = allowed;
    this.update();
  }

  /** Ends all that runs. Whoever still waits for a reply is told that the engine is closed. */
  async shutdown(graceMs: number): Promise<void> {
    this.#state = 'closing';
    await this.ask<void>((native, ticket) => native.shutdown(ticket, graceMs));
    const closed: NativeError = { code: 'ERR_ENGINE_CLOSED', message: engineClosed().message };
    for (const ticket of [...this.#replies.keys()]) this.#reply(ticket, closed, undefined);
  }

  /** Lets the native engine go, after {@link shutdown}. */
  close(): void {
    this.update();
    this.#state = 'closed';
    forgetAtExit(this.#native);
    this.#native.close();
  }

  /** Keeps the event loop, and this object, alive exactly while there is work. */
  update(): void {
    const working = this.#executions > 0 || this.#replies.size > 0;
    keepAlive(this, working);
    const holds = working && this.#mayHoldLoop;
    if (holds === this.#holdsLoop || this.#state === 'closed') return;
    this.#holdsLoop = holds;
    if (holds) this.#native.ref();
    else this.#native.unref();
  }

  /**
   * The native side must not keep an idle engine reachable that nobody uses any more. In a function
   * of its own, because a closure in the constructor would share a context that holds `this`.
   */
  static #deliverTo(weak: WeakRef<Channel>): (ends: Uint32Array, ...records: unknown[]) => void {
    return (ends, ...records) => {
      const channel = weak.deref();
      if (channel !== undefined) channel.#deliver(records, ends);
    };
  }

  #deliver(records: unknown[], ends: Uint32Array): void {
    decode(records, ends, this.#sink);
    this.update();
  }

  #reply(ticket: number, error: NativeError | null, value: unknown): void {
    const reply = this.#replies.get(ticket);
    this.#replies.delete(ticket);
    reply?.(error, value);
  }
}
