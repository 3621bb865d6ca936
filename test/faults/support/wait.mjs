// Waiting for facts, and for facts that were promised within a time.
import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe } from './processes.mjs';

/** Only a guard against hanging. */
const GUARD_MS = 60_000;
/** How long after its promised time a fact is still waited for, to tell late from never. */
const LATE_MS = 10_000;
const STEP_MS = 5;

/** Asks until `fact` holds, and gives what it returned. */
export async function waitFor(what, fact, guardMs = GUARD_MS) {
  const deadline = performance.now() + guardMs;
  for (;;) {
    const value = await fact();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`timed out waiting for ${what}`);
    await sleep(STEP_MS);
  }
}

/**
 * Waits for a fact that is promised within `promisedMs`, and gives the milliseconds that it took. On a busy machine
 * everything comes late: how long this process itself took to look and overslept is allowed on top.
 */
export async function waitAsPromised(what, promisedMs, fact) {
  const start = performance.now();
  let late = 0;
  for (let there = false; !there; ) {
    const before = performance.now();
    there = await fact();
    const looked = performance.now();
    assert.ok(
      there || looked - start < promisedMs + late + LATE_MS,
      `timed out waiting for ${what}`,
    );
    if (!there) await sleep(STEP_MS);
    late += performance.now() - before - (there ? 0 : STEP_MS);
  }
  const took = performance.now() - start;
  assert.ok(
    took <= promisedMs + late,
    `${what}: promised within ${promisedMs} ms, took ${took.toFixed(0)} ms ` +
      `(this machine was ${late.toFixed(0)} ms late itself)`,
  );
  return took;
}

/** What a promise settles with, but not later than the guard. */
export function withGuard(what, promise, guardMs = GUARD_MS) {
  const controller = new AbortController();
  const guard = sleep(guardMs, undefined, { signal: controller.signal }).then(
    () => {
      throw new Error(`timed out waiting for ${what}`);
    },
    () => undefined,
  );
  return Promise.race([promise, guard]).finally(() => controller.abort());
}

/** Waits until processes are gone: `left` returns those that remain. */
export async function goneAsPromised(what, promisedMs, left) {
  try {
    return await waitAsPromised(`${what} to be gone`, promisedMs, () => left().length === 0);
  } catch (error) {
    throw new assert.AssertionError({ message: `${error.message}; left: ${describe(left())}` });
  }
}

export const seconds = (ms) => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;

export { sleep };
