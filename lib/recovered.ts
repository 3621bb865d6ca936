/** What a dead host left unfinished, out of the journals, with what its logs hold. */

import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { NativeRecovered } from '../types/native';
import type { RecoveredExecution } from '../types/result';
import { metadataOf } from './outcome';

/** Of a longer log its end is read. */
const LOG_BYTES = 1024 * 1024;

export async function recoveredOf(
  native: readonly NativeRecovered[],
): Promise<RecoveredExecution[]> {
  const recovered: RecoveredExecution[] = [];
  // One after the other: there may be thousands, and descriptors are few.
  for (const execution of native) recovered.push(await recoveredFrom(execution));
  return recovered;
}

async function recoveredFrom(native: NativeRecovered): Promise<RecoveredExecution> {
  const { logFile } = native;
  return {
    executionId: native.id,
    status: 'interrupted',
    command: native.command,
    metadata: metadataOf(native.metadata),
    pid: native.pid,
    startedAt: native.startedAt,
    logFile,
    ...(logFile === null ? NO_LOG : await logOf(logFile)),
    endedPids: native.ended,
    survivors: native.survivors,
  };
}

type Log = Pick<RecoveredExecution, 'log' | 'logTruncated'>;

const NO_LOG: Log = { log: null, logTruncated: false };

/** A log that is gone, or not to be read, is none. */
async function logOf(file: string): Promise<Log> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    const { size } = await handle.stat();
    const length = Math.min(size, LOG_BYTES);
    const { buffer, bytesRead } = await handle.read({
      buffer: Buffer.alloc(length),
      position: size - length,
    });
    const text = buffer.toString('utf8', 0, bytesRead);
    // It begins with a whole line.
    return size > length
      ? { log: text.slice(text.indexOf('\n') + 1), logTruncated: true }
      : { log: text, logTruncated: false };
  } catch {
    return NO_LOG;
  } finally {
    await handle?.close();
  }
}
