/** Reads the lines of a job from the store while it runs. */

import type { TailLine } from '../../types/bullmq';
import { boundedWait, throwIfAborted } from '../core/index';
import { linesIn } from './live-lines';
import { type SideStore, START } from './store/side-store';

const LOOK_MS = 200;

export async function* tailLines(
  store: SideStore,
  id: string,
  isOver: () => Promise<boolean>,
  signal: AbortSignal | undefined,
): AsyncGenerator<TailLine, void, undefined> {
  let cursor = START;
  for (;;) {
    throwIfAborted(signal);
    // Asked before the read: what was written before the end is read after it.
    const isLast = await boundedWait(isOver(), signal);
    const read = await boundedWait(store.read(id, cursor), signal);
    for (const text of read.texts) yield* linesIn(text);
    cursor = read.cursor;
    if (read.texts.length > 0) continue;
    if (isLast) return;
    await boundedWait(new Promise((resolve) => setTimeout(resolve, LOOK_MS)), signal);
  }
}
