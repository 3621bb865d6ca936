/** Asks something of one execution while it is there, on behalf of who made it. */

import type { NativeEngine } from '../types/native';
import type { Channel } from './channel';
import { ExecutionError } from './errors';
import type { LiveExecution } from './live';

/** `false` when it is not there (any more). */
export async function reach(
  channel: Channel,
  live: LiveExecution,
  send: (native: NativeEngine, ticket: number) => void,
): Promise<boolean> {
  // No detour when it is in: the call counts from now on, even if JavaScript does not run again.
  if (!live.admission.happened) await live.admission.wait();
  if (live.end.happened) return false;
  try {
    return await channel.ask<boolean>(send);
  } catch (error) {
    const gone = error instanceof ExecutionError && error.code === 'ERR_EXECUTION_NOT_FOUND';
    if (gone) return false;
    throw error;
  }
}

/** Takes back one whose id nobody has been told yet: it gets no process if that can be helped. */
export function withdraw(channel: Channel, live: LiveExecution): void {
  const asked = channel.ask((native, ticket) => native.cancel(ticket, live.id, live.token));
  // It was refused, or the engine was closed: it is gone either way.
  asked.catch(() => undefined);
}
