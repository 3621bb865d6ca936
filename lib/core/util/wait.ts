/**
 * Bounds a wait by an abort signal and a timeout. Only the wait ends; the work goes on. Used by
 * engines in this process and by clients of engines in other processes.
 */

import { onAbort } from './abort';
import { nameErrors } from './error-names';

/** Timers cannot wait longer. */
const LONGEST_TIMER = 2 ** 31 - 1;

type Cause = 'aborted' | 'timedOut';

/** The same shape as the error of Node's own methods, whose class is not public. */
class AbortError extends Error {
  readonly code = 'ABORT_ERR';

  constructor(signal: AbortSignal) {
    super('The operation was aborted', { cause: signal.reason });
  }
}

nameErrors(AbortError, 'AbortError');

/** The reason of an aborted signal. That of a polyfill may have none. */
export const reasonOf = (signal: AbortSignal): unknown => signal.reason ?? new AbortError(signal);

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AbortError(signal);
}

/** How long a wait may take, and the error for a longer one. */
export interface WaitTimeout {
  ms: number;
  error(): Error;
}

/**
 * Waits for `wait`, at most until the signal aborts or the timeout expires. The error is created
 * after the `await`, so that its stack shows the caller.
 */
export async function boundedWait<T>(
  wait: Promise<T>,
  signal: AbortSignal | undefined,
  timeout?: WaitTimeout,
): Promise<T> {
  const ms = timeout?.ms ?? Number.POSITIVE_INFINITY;
  if (signal === undefined && ms === Number.POSITIVE_INFINITY) return await wait;
  const { reached, dispose } = bounds(signal, ms);
  try {
    // The value is boxed, so that a value that equals a `Cause` is not mistaken for one.
    const end = await Promise.race([reached, wait.then((value) => ({ value }))]);
    if (typeof end === 'object') return end.value;
    throw end === 'aborted' ? new AbortError(signal as AbortSignal) : timeout?.error();
  } finally {
    dispose();
  }
}

/** `reached` resolves at the first bound. `dispose` removes the listener and the timer. */
function bounds(
  signal: AbortSignal | undefined,
  ms: number,
): { reached: Promise<Cause>; dispose: () => void } {
  const cleanups: (() => void)[] = [];
  const reached = new Promise<Cause>((resolve) => {
    if (signal) cleanups.push(onAbort(signal, () => resolve('aborted')));
    if (ms === Number.POSITIVE_INFINITY) return;
    const timer = setTimeout(() => resolve('timedOut'), Math.min(ms, LONGEST_TIMER));
    cleanups.push(() => clearTimeout(timer));
  });
  return {
    reached,
    dispose: () => {
      for (const cleanup of cleanups) cleanup();
    },
  };
}
