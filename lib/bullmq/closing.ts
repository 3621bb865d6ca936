/**
 * The end of connections to a store that may be away: BullMQ then waits for it without limit. For queues and workers; the
 * JavaScript thread.
 */

import { setTimeout as pause } from 'node:timers/promises';

/** What BullMQ connects. */
interface Connected {
  close(): Promise<void>;
  disconnect(): Promise<void>;
}

/** Waits for a step, at most `ms`; an error goes to `report`. `false`: the step goes on. */
export async function within(
  ms: number,
  step: Promise<unknown>,
  report: (error: unknown) => void,
): Promise<boolean> {
  const timer = new AbortController();
  const late = pause(ms, false, { signal: timer.signal }).catch(() => false);
  const done = step.catch(report).then(() => true);
  const isDone = await Promise.race([done, late]);
  timer.abort();
  return isDone;
}

/** Closes, and cuts the connection if the store has not answered after `ms`. */
export async function closeOrCut(
  ms: number,
  connected: Connected,
  report: (error: unknown) => void,
): Promise<void> {
  if (await within(ms, connected.close(), report)) return;
  await within(ms, connected.disconnect(), report);
}
