/** The exact bytes of a stream of an execution that has ended. */

import type * as fs from 'node:fs';
import type { ExecutionOutcome } from '../types/result';

export interface KeptBytesSource {
  /** Both streams as they are kept in memory; `undefined`: no longer. */
  read(): Promise<readonly [Uint8Array, Uint8Array] | undefined>;
  error(code: 'ERR_IO' | 'ERR_OUTPUT_SIZE_EXCEEDED', message: string): Error;
}

/** From the overflow file, if there is one: it has the whole stream. */
export async function* keptBytes(
  outcome: ExecutionOutcome,
  stream: 'stdout' | 'stderr',
  source: KeptBytesSource,
): AsyncGenerator<Uint8Array, void> {
  const isOut = stream === 'stdout';
  const total = isOut ? outcome.stdoutBytes : outcome.stderrBytes;
  const file = isOut ? outcome.stdoutOverflowFile : outcome.stderrOverflowFile;
  if (file !== null) {
    yield* overflowBytes(file, source);
    return;
  }
  if (isOut ? outcome.stdoutTruncated : outcome.stderrTruncated) {
    const message = `Output size exceeded maximum: not all of the ${total} bytes are kept`;
    throw source.error('ERR_OUTPUT_SIZE_EXCEEDED', message);
  }
  if (total === 0) return;
  const bytes = (await source.read())?.[isOut ? 0 : 1];
  if (bytes?.byteLength !== total) {
    throw source.error('ERR_IO', `Output of ${total} bytes is no longer kept`);
  }
  yield bytes;
}

async function* overflowBytes(
  file: string,
  source: KeptBytesSource,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* (require('node:fs') as typeof fs).createReadStream(file);
  } catch (error) {
    // It goes with the record, or somebody has taken it away.
    throw source.error('ERR_IO', `The overflow file cannot be read: ${(error as Error).message}`);
  }
}
