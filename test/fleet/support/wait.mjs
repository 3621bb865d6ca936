// Waits for facts. A limit only ends a wait that has failed.
import { setTimeout as pause } from 'node:timers/promises';

const LIMIT_MS = 60_000;

/** Resolves with the first value of `fact()` that is not falsy. */
export async function until(what, fact, limitMs = LIMIT_MS) {
  const end = performance.now() + limitMs;
  for (;;) {
    const value = await fact();
    if (value) return value;
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await pause(20);
  }
}

export { pause };
