import { setTimeout as sleep } from 'node:timers/promises';

/** Only a guard against hanging: no test expects anything to be this fast. */
export const GUARD_MS = 30_000;

/** Asks until `fact` holds, and gives what it returned. */
export async function waitFor<T>(
  what: string,
  fact: () => T | Promise<T>,
  timeoutMs = GUARD_MS,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await fact();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`timed out waiting for ${what}`);
    await sleep(5);
  }
}

/** As `waitFor`, without ever yielding to the event loop. */
export function blockUntil(what: string, fact: () => boolean, timeoutMs = GUARD_MS): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const deadline = performance.now() + timeoutMs;
  while (!fact()) {
    if (performance.now() > deadline) throw new Error(`timed out waiting for ${what}`);
    Atomics.wait(cell, 0, 0, 5);
  }
}

/** Whether `promise` is still pending after everything that is ready now has run. */
export async function isPending(promise: PromiseLike<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(
    () => {
      settled = true;
    },
    () => {
      settled = true;
    },
  );
  for (let turn = 0; turn < 20; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  return !settled;
}
