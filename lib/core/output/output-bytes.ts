/** The exact bytes of one stream of an execution that has ended. */

import type * as fs from 'node:fs';
import type { ExecutionOutcome } from '../../../types/result';
import { ExecutionError } from '../errors';

/** Stdout and stderr as they are retained in memory; `undefined` when they were dropped. */
export type RetainedOutput = readonly [Uint8Array, Uint8Array] | undefined;

/** Reads the overflow file, if there is one: it has the whole stream. */
export async function* outputBytes(
  outcome: ExecutionOutcome,
  stream: 'stdout' | 'stderr',
  readRetained: () => Promise<RetainedOutput>,
): AsyncGenerator<Uint8Array, void> {
  const isOut = stream === 'stdout';
  const total = isOut ? outcome.stdoutBytes : outcome.stderrBytes;
  const file = isOut ? outcome.stdoutOverflowFile : outcome.stderrOverflowFile;
  if (file !== null) {
    yield* overflowFileBytes(file);
    return;
  }
  if (isOut ? outcome.stdoutTruncated : outcome.stderrTruncated) {
    const message = `Output size exceeded maximum: not all of the ${total} bytes are retained`;
    throw new ExecutionError('ERR_OUTPUT_SIZE_EXCEEDED', message);
  }
  if (total === 0) return;
  const bytes = (await readRetained())?.[isOut ? 0 : 1];
  if (bytes?.byteLength !== total) {
    throw new ExecutionError('ERR_IO', `Output of ${total} bytes is no longer retained`);
  }
  yield bytes;
}

async function* overflowFileBytes(file: string): AsyncGenerator<Uint8Array, void> {
  try {
    yield* (require('node:fs') as typeof fs).createReadStream(file);
  } catch (error) {
    // The file is deleted with its record, and other processes can delete it too.
    const message = `The overflow file cannot be read: ${(error as Error).message}`;
    throw new ExecutionError('ERR_IO', message);
  }
}
