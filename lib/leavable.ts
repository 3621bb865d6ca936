/** Generators that can be left while they wait. */

/** For who leaves while it waits for the next value: a generator by itself lets him wait too. */
export function leavable<T>(generator: AsyncGenerator<T, void>): AsyncIterableIterator<T> {
  const done = { done: true, value: undefined } as const;
  let left = false;
  const iterator: AsyncIterableIterator<T> = {
    next: async () => (left ? done : await generator.next()),
    async return() {
      left = true;
      void generator.return();
      return done;
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
