/** The exact bytes of a stream of an execution that has ended. */

import type * as fs from 'node:fs';
import type { NativeEngine } from '../types/native';
import type { ExecutionOutcome } from '../types/result';
import { ExecutionError, engineClosed } from './errors';

/** From the overflow file, if there is one: it has the whole stream. */
export async function* keptBytes(
  outcome: ExecutionOutcome,
  stream: 'stdout' | 'stderr',
  native: NativeEngine | undefined,
): AsyncGenerator<Uint8Array, void> {
  const isOut = stream === 'stdout';
  const total = isOut ? outcome.stdoutBytes : outcome.stderrBytes;
  const file = isOut ? outcome.stdoutOverflowFile : outcome.stderrOverflowFile;
  if (file !== null) {
    yield* (require('node:fs') as typeof fs).createReadStream(file);
    return;
  }
  if (isOut ? outcome.stdoutTruncated : outcome.stderrTruncated) {
    const message = `Output size exceeded maximum: not all of the ${total} bytes are kept`;
    throw new ExecutionError('ERR_OUTPUT_SIZE_EXCEEDED', message);
  }
  if (total === 0) return;
  if (native === undefined) throw engineClosed();
  const bytes = native.output(outcome.id, 'buffer')?.[isOut ? 0 : 1];
  if (bytes?.byteLength !== total) {
    throw new ExecutionError('ERR_IO', `Output of ${total} bytes is no longer kept`);
  }
  yield bytes;
}

/** For who leaves while it waits for the end: a generator by itself lets him wait too. */
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
