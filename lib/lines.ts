/** Async iterators over the lines of one execution: first what is kept, then what comes. */

import type { ExecutionLine } from '../types/api';
import type { NativeBatch } from '../types/native';
import { STREAM_NAMES } from './stream-names';

/** The execution behind a reader. */
export interface LineSource {
  /**
   * From now on, batches go to `reader.push` and the end to `reader.end` (at once, if it has
   * ended).
   */
  attach(reader: BatchReader): void;
  detach(reader: BatchReader): void;
  /** Gives the lines kept so far. Batches pushed before the answer are among them. */
  replay(done: (error: Error | null, batches: readonly NativeBatch[]) => void): void;
  /** A batch waits in JavaScript; its bytes count as not taken. */
  hold(bytes: number): void;
  release(bytes: number): void;
  /** Rejects with what an iterator throws at the end, if it does. */
  failure(): Promise<void>;
}

/** Lines as they come: when, and where each ends in the text, if that is known. */
export type LineBatch = NativeBatch & { ends?: Uint32Array | undefined; timestamp?: number };

/** Takes the lines of an execution as they come. */
export interface BatchReader {
  /** `bytes`: what the batch weighs, for `hold` and `release`. */
  push(batch: LineBatch, bytes: number): void;
  end(): void;
}

/** Makes values out of pieces of lines. `undefined`: nothing yet. */
interface Cutter<T> {
  /** The one stream that is asked for, if it is one. */
  readonly only: 0 | 1 | undefined;
  /** One value of all that a batch has left, in place of `piece` for each of its entries. */
  readonly batch?: (stream: 0 | 1, text: string, partial: boolean) => T | undefined;
  piece(stream: 0 | 1, text: string, seq: number, partial: boolean): T | undefined;
  /** What is left at the end; called until there is nothing. */
  rest(): T | undefined;
}

interface Waiter<T> {
  resolve: (result: IteratorResult<T, undefined>) => void;
  reject: (error: unknown) => void;
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** The queue of one iterator. */
export class LineReader<T> implements BatchReader {
  readonly #source: LineSource;
  readonly #cutter: Cutter<T>;
  readonly #waiting: Waiter<T>[] = [];
  #queue: { batch: LineBatch; held: number }[] = [];
  /** In the batch at the front: the next entry, and where it begins. */
  #at = 0;
  #from = 0;
  #phase: 'new' | 'replaying' | 'live' | 'closed' = 'new';
  #ended = false;
  #error: unknown;

  constructor(source: LineSource, cutter: Cutter<T>) {
    this.#source = source;
    this.#cutter = cutter;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#phase === 'closed') return Promise.resolve(DONE);
    if (this.#phase === 'new') this.#begin();
    if (this.#waiting.length === 0) {
      const value = this.#pull();
      if (value !== undefined) return Promise.resolve({ done: false, value });
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#pump();
    });
  }

  /** The consumer wants no more. */
  close(): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.#releaseAll();
    this.#queue = [];
    this.#source.detach(this);
    for (const waiter of this.#waiting.splice(0)) waiter.resolve(DONE);
  }

  push(batch: LineBatch, bytes: number): void {
    const { only } = this.#cutter;
    if (this.#phase !== 'live' || (only !== undefined && only !== batch.stream)) return;
    const entry = { batch, held: 0 };
    this.#queue.push(entry);
    this.#pump();
    if (this.#queue.at(-1) !== entry) return;
    entry.held = bytes;
    this.#source.hold(bytes);
  }

  /** Nothing comes any more. What is still queued is the consumer's own, and holds nobody up. */
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

  /** The next value, if there is one now. */
  #pull(): T | undefined {
    for (let entry = this.#queue[0]; entry !== undefined; entry = this.#queue[0]) {
      const value = this.#pullFrom(entry.batch);
      if (this.#at >= entry.batch.count) {
        this.#queue.shift();
        this.#at = 0;
        this.#from = 0;
        if (entry.held > 0) this.#source.release(entry.held);
      }
      if (value !== undefined) return value;
    }
    return this.#isOver() ? this.#cutter.rest() : undefined;
  }

  /** Lines are cut one by one as they are asked for: nothing is made that may wait for long. */
  #pullFrom(batch: LineBatch): T | undefined {
    const { only } = this.#cutter;
    const { count, ends } = batch;
    if (only !== undefined && only !== batch.stream) {
      this.#at = count;
      return undefined;
    }
    if (this.#cutter.batch !== undefined) {
      this.#at = count;
      return this.#cutter.batch(batch.stream, batch.text, batch.partial);
    }
    while (this.#at < count) {
      const at = this.#at++;
      const isLast = at === count - 1;
      const end = isLast ? batch.text.length : (ends?.[at] ?? batch.text.indexOf('\n', this.#from));
      const partial = batch.partial && isLast;
      const text = batch.text.substring(this.#from, end);
      this.#from = end + 1;
      const value = this.#cutter.piece(batch.stream, text, batch.firstSeq + at, partial);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  #isOver(): boolean {
    return this.#phase === 'live' && (this.#ended || this.#error !== undefined);
  }

  /** Serves who waits. */
  #pump(): void {
    while (this.#waiting.length > 0) {
      const value = this.#pull();
      if (value === undefined) break;
      (this.#waiting.shift() as Waiter<T>).resolve({ done: false, value });
    }
    if (this.#waiting.length > 0 && this.#isOver()) this.#finish();
  }

  /** The first who comes to the end is told of a failure; for the others it is just the end. */
  #finish(): void {
    const first = this.#waiting.shift() as Waiter<T>;
    if (this.#error !== undefined) first.reject(this.#error);
    else this.#source.failure().then(() => first.resolve(DONE), first.reject);
    this.close();
  }

  #releaseAll(): void {
    let held = 0;
    for (const entry of this.#queue) {
      held += entry.held;
      entry.held = 0;
    }
    if (held > 0) this.#source.release(held);
  }
}

/** Every piece as it came. */
export function asLines(): Cutter<ExecutionLine> {
  return {
    only: undefined,
    piece: (stream, line, seq, partial) => ({ stream: STREAM_NAMES[stream], line, seq, partial }),
    rest: () => undefined,
  };
}

const onlyOf = (stream: 'stdout' | 'stderr' | 'all'): 0 | 1 | undefined =>
  stream === 'all' ? undefined : stream === 'stdout' ? 0 : 1;

/** Whole lines, pieces joined; an unfinished one at the end counts as a line. */
export function asStrings(stream: 'stdout' | 'stderr' | 'all'): Cutter<string> {
  const unfinished: [string | undefined, string | undefined] = [undefined, undefined];
  return {
    only: onlyOf(stream),
    piece(from, text, _seq, partial) {
      const before = unfinished[from];
      const line = before === undefined ? text : before + text;
      unfinished[from] = partial ? line : undefined;
      return partial ? undefined : line;
    },
    rest() {
      const from = unfinished[0] === undefined ? 1 : 0;
      const line = unfinished[from];
      unfinished[from] = undefined;
      return line;
    },
  };
}

/**
 * Text as it comes, many lines at once, each ended by `\n`. Of two streams only whole lines, or the
 * pieces of one would stand in a line of the other.
 */
export function asText(stream: 'stdout' | 'stderr' | 'all'): Cutter<string> {
  const only = onlyOf(stream);
  const unfinished: [string, string] = ['', ''];
  return {
    only,
    piece: () => undefined,
    batch(from, text, partial) {
      let ready = unfinished[from] + text;
      unfinished[from] = '';
      if (!partial) return `${ready}\n`;
      if (only === undefined) {
        const end = ready.lastIndexOf('\n') + 1;
        unfinished[from] = ready.slice(end);
        ready = ready.slice(0, end);
      }
      return ready === '' ? undefined : ready;
    },
    rest() {
      const text = unfinished[0] || unfinished[1];
      unfinished[unfinished[0] ? 0 : 1] = '';
      return text === '' ? undefined : text;
    },
  };
}

/** An iterator that was dropped half-way must not hold its execution up for ever. */
const dropped = new FinalizationRegistry<LineReader<unknown>>((reader) => reader.close());

export function iterate<T>(source: LineSource, cutter: Cutter<T>): AsyncIterableIterator<T> {
  const reader = new LineReader(source, cutter);
  const iterator: AsyncIterableIterator<T> = {
    next: () => reader.next(),
    async return() {
      reader.close();
      return DONE;
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  dropped.register(iterator, reader as LineReader<unknown>);
  return iterator;
}
