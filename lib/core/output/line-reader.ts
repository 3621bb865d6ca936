/** Async iterators over the lines of one execution: first the retained lines, then new ones. */

import type { NativeBatch } from '../../../types/native';
import type { LineFormat } from './line-formats';
import type { LineBatch } from './split-lines';

/** Where a reader gets the lines of its execution from. */
export interface LineSource {
  /** Starts the calls of `reader.push`, and of `reader.end` at the end: at once if it has ended. */
  attach(reader: BatchReader): void;
  detach(reader: BatchReader): void;
  /** Returns the retained lines. Batches that are pushed before the reply are among them. */
  replay(done: (error: Error | null, batches: readonly NativeBatch[]) => void): void;
  /** Counts bytes that wait in JavaScript. Too many of them hold the command back. */
  hold(bytes: number): void;
  release(bytes: number): void;
  /** Rejects with the error that an iterator throws at the end, if there is one. */
  failure(): Promise<void>;
}

/** Receives the lines of an execution. */
export interface BatchReader {
  /** `bytes`: the size of the batch for `hold` and `release`. */
  push(batch: LineBatch, bytes: number): void;
  end(): void;
}

interface Entry {
  readonly batch: LineBatch;
  /** What it counts in the flow control until it is consumed. */
  held: number;
}

interface Waiter<T> {
  resolve: (result: IteratorResult<T, undefined>) => void;
  reject: (error: unknown) => void;
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** The queue of one iterator, in front of its consumer. */
export class LineReader<T> implements BatchReader {
  readonly #source: LineSource;
  readonly #format: LineFormat<T>;
  readonly #waiters: Waiter<T>[] = [];
  #queue: Entry[] = [];
  /** The batch that is being read, and its values from `#at` on. */
  #current: Entry | undefined;
  #values: T[] = [];
  #at = 0;
  #phase: 'new' | 'replaying' | 'live' | 'closed' = 'new';
  #ended = false;
  #error: unknown;

  constructor(source: LineSource, format: LineFormat<T>) {
    this.#source = source;
    this.#format = format;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    // The hot path: values wait only while no call does.
    if (this.#at < this.#values.length) {
      return Promise.resolve({ done: false, value: this.#take() });
    }
    if (this.#phase === 'closed') return Promise.resolve(DONE);
    if (this.#phase === 'new') this.#begin();
    if (this.#waiters.length === 0) {
      const value = this.#pull();
      if (value !== undefined) return Promise.resolve({ done: false, value });
    }
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#pump();
    });
  }

  /** The consumer reads no further. */
  close(): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.#releaseAll();
    this.#queue = [];
    this.#current = undefined;
    this.#values = [];
    this.#at = 0;
    this.#source.detach(this);
    for (const waiter of this.#waiters.splice(0)) waiter.resolve(DONE);
  }

  push(batch: LineBatch, bytes: number): void {
    const { stream } = this.#format;
    if (this.#phase !== 'live' || (stream !== undefined && stream !== batch.stream)) return;
    const entry = { batch, held: 0 };
    this.#queue.push(entry);
    this.#pump();
    if (this.#queue.at(-1) !== entry && this.#current !== entry) return;
    entry.held = bytes;
    this.#source.hold(bytes);
  }

  /** No more lines follow. The queued ones stop holding the command back. */
  end(): void {
    this.#ended = true;
    this.#releaseAll();
    this.#pump();
  }

  #begin(): void {
    this.#phase = 'replaying';
    this.#source.attach(this);
    this.#source.replay((error, batches) => {
      if (this.#phase !== 'replaying') return;
      this.#phase = 'live';
      if (error === null) this.#queue = batches.map((batch) => ({ batch, held: 0 }));
      else this.#error = error;
      this.#pump();
    });
  }

  /** The next value, if one is available. */
  #pull(): T | undefined {
    for (;;) {
      if (this.#at < this.#values.length) return this.#take();
      const entry = this.#queue.shift();
      if (entry === undefined) return this.#isAtEnd() ? this.#format.rest() : undefined;
      this.#cut(entry);
    }
  }

  /** Makes the values of the next batch. */
  #cut(entry: Entry): void {
    const { stream } = this.#format;
    const isWanted = stream === undefined || stream === entry.batch.stream;
    this.#current = entry;
    this.#values = isWanted ? this.#format.cut(entry.batch) : [];
    this.#at = 0;
    if (this.#values.length === 0) this.#consumed();
  }

  #take(): T {
    const value = this.#values[this.#at++] as T;
    if (this.#at === this.#values.length) this.#consumed();
    return value;
  }

  /** All values of the current batch are taken. */
  #consumed(): void {
    const held = this.#current?.held ?? 0;
    this.#current = undefined;
    this.#values = [];
    this.#at = 0;
    if (held > 0) this.#source.release(held);
  }

  #isAtEnd(): boolean {
    return this.#phase === 'live' && (this.#ended || this.#error !== undefined);
  }

  /** Settles pending calls of `next()` with available values. */
  #pump(): void {
    while (this.#waiters.length > 0) {
      const value = this.#pull();
      if (value === undefined) break;
      (this.#waiters.shift() as Waiter<T>).resolve({ done: false, value });
    }
    if (this.#waiters.length > 0 && this.#isAtEnd()) this.#finish();
  }

  /** The first pending call rejects with a failure; the others are done. */
  #finish(): void {
    const first = this.#waiters.shift() as Waiter<T>;
    if (this.#error !== undefined) first.reject(this.#error);
    else this.#source.failure().then(() => first.resolve(DONE), first.reject);
    this.close();
  }

  #releaseAll(): void {
    let held = 0;
    const waiting = this.#current === undefined ? this.#queue : [this.#current, ...this.#queue];
    for (const entry of waiting) {
      held += entry.held;
      entry.held = 0;
    }
    if (held > 0) this.#source.release(held);
  }
}

/** An iterator that was abandoned without `return()` must not hold its command back forever. */
const abandoned = new FinalizationRegistry<LineReader<unknown>>((reader) => reader.close());

export function iterate<T>(source: LineSource, format: LineFormat<T>): AsyncIterableIterator<T> {
  const reader = new LineReader(source, format);
  const iterator: AsyncIterableIterator<T> = {
    next: () => reader.next(),
    async return() {
      reader.close();
      return DONE;
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  abandoned.register(iterator, reader as LineReader<unknown>);
  return iterator;
}
