/** Async generators that a consumer can leave while `next()` is pending. */

/** `return()` of a plain generator waits for the pending `next()`. This one settles at once. */
export function abortableIterator<T>(generator: AsyncGenerator<T, void>): AsyncIterableIterator<T> {
  const done = { done: true, value: undefined } as const;
  let isReturned = false;
  const iterator: AsyncIterableIterator<T> = {
    next: async () => (isReturned ? done : await generator.next()),
    async return() {
      isReturned = true;
      void generator.return();
      return done;
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
