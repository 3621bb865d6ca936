/**
 * Ends waits, and nothing else: by an abort signal, or after a time. For engines here and in other
 * processes.
 */

import { onAbort } from './abort';
import { nameErrors } from './name-errors';

/** Timers cannot count further. */
const LONGEST_TIMER = 2 ** 31 - 1;

type Cut = 'aborted' | 'late';

/** As Node's own methods reject with: the class itself is not public. */
class AbortError extends Error {
  readonly code = 'ABORT_ERR';

  constructor(signal: AbortSignal) {
    super('The operation was aborted', { cause: signal.reason });
  }
}

nameErrors(AbortError, 'AbortError');

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AbortError(signal);
}

/** How long a wait may take, and what it fails with when it takes longer. */
export interface WaitTimeout {
  ms: number;
  error(): Error;
}

/**
 * Waits until the signal is aborted, or the time is over, if there are such. The errors are made
 * behind the `await`, so that their stack shows who waited.
 */
export async function limited<T>(
  wait: Promise<T>,
  signal: AbortSignal | undefined,
  timeout?: WaitTimeout,
): Promise<T> {
  const ms = timeout?.ms ?? Number.POSITIVE_INFINITY;
  if (signal === undefined && ms === Number.POSITIVE_INFINITY) return await wait;
  const { cut, stop } = limits(signal, ms);
  try {
    // A pair, so that no value of the wait can be taken for a cut.
    const end = await Promise.race([cut, wait.then((value) => ({ value }))]);
    if (typeof end === 'object') return end.value;
    throw end === 'aborted' ? new AbortError(signal as AbortSignal) : timeout?.error();
  } finally {
    stop();
  }
}

/** `stop`: takes the listener and the timer away. */
function limits(
  signal: AbortSignal | undefined,
  ms: number,
): { cut: Promise<Cut>; stop: () => void } {
  const stops: (() => void)[] = [];
  const cut = new Promise<Cut>((resolve) => {
    if (signal?.aborted) resolve('aborted');
    else if (signal) stops.push(onAbort(signal, () => resolve('aborted')));
    if (ms === Number.POSITIVE_INFINITY) return;
    const timer = setTimeout(() => resolve('late'), Math.min(ms, LONGEST_TIMER));
    stops.push(() => clearTimeout(timer));
  });
  return {
    cut,
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}
