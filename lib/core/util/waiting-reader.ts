/** Async iterators over values that come from several places, with calls of `next()` that wait. */

interface Waiter<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: unknown): void;
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** Serves the calls of one iterator in their order. The subclass calls `pump()` after each change of what it has. */
export abstract class WaitingReader<T> {
  readonly #waiters: Waiter<T>[] = [];
  #isClosed = false;

  protected get isClosed(): boolean {
    return this.#isClosed;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#isClosed) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.pump();
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.release();
    for (const { resolve } of this.#waiters.splice(0)) resolve(DONE);
  }

  protected pump(): void {
    while (this.#waiters.length > 0) {
      const value = this.take();
      if (value === undefined) break;
      this.#waiters.shift()?.resolve({ done: false, value });
    }
    if (this.#waiters.length > 0 && this.isAtEnd()) this.#finish();
  }

  /** The next value, if there is one. It is delivered. */
  protected abstract take(): T | undefined;

  /** Whether no value follows those that were taken. */
  protected abstract isAtEnd(): boolean;

  /** Rejects with the error that the iterator throws at its end, if there is one. */
  protected abstract outcome(): Promise<void>;

  /** Ends what the reader uses. Called once. */
  protected abstract release(): void;

  /** The first pending call rejects with a failure; the others are done. */
  #finish(): void {
    const first = this.#waiters.shift() as Waiter<T>;
    this.outcome().then(() => first.resolve(DONE), first.reject);
    this.close();
  }
}

/** The reader is opened by the first call of `next()`. */
export function iterateWhenAsked<T>(open: () => WaitingReader<T>): AsyncIterableIterator<T> {
  let reader: WaitingReader<T> | undefined;
  let isReturned = false;
  const iterator: AsyncIterableIterator<T> = {
    async next() {
      if (isReturned) return DONE;
      reader ??= open();
      return await reader.next();
    },
    async return() {
      isReturned = true;
      reader?.close();
      return DONE;
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
