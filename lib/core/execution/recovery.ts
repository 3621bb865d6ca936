/** Executions that a dead host left unfinished, from its journals and logs. */

import type * as fs from 'node:fs/promises';
import type { RecoveredExecution } from '../../../types/result';
import { RECOVERED_VALUES, recoveredAt } from '../generated/returned';
import type { Channel } from '../native/channel';
import { setAllOwn } from '../util/own-property';

/** Of a longer log the end is read. */
const LOG_BYTES = 1024 * 1024;

/** Resolves when the processes that could be ended have ended. */
export async function recovered(channel: Channel): Promise<RecoveredExecution[]> {
  // Those of all executions, one after the other.
  const values = await channel.ask<readonly unknown[]>((native, ticket) =>
    native.recovered(ticket),
  );
  const executions: RecoveredExecution[] = [];
  // One at a time: there may be thousands, and descriptors are few.
  for (let at = 0; at < values.length; at += RECOVERED_VALUES) {
    const execution = recoveredAt(values, at, 'interrupted', null, false);
    executions.push(execution);
    if (execution.logFile !== null) setAllOwn(execution, await logOf(execution.logFile));
  }
  return executions;
}

type Log = Pick<RecoveredExecution, 'log' | 'logTruncated'>;

const NO_LOG: Log = { log: null, logTruncated: false };

/** A log that is missing or cannot be read counts as none. */
async function logOf(file: string): Promise<Log> {
  const { open } = require('node:fs/promises') as typeof fs;
  let handle: fs.FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    const { size } = await handle.stat();
    const length = Math.min(size, LOG_BYTES);
    const { buffer, bytesRead } = await handle.read({
      buffer: Buffer.alloc(length),
      position: size - length,
    });
    const text = buffer.toString('utf8', 0, bytesRead);
    // The text begins with a whole line.
    return size > length
      ? { log: text.slice(text.indexOf('\n') + 1), logTruncated: true }
      : { log: text, logTruncated: false };
  } catch {
    return NO_LOG;
  } finally {
    await handle?.close();
  }
}
