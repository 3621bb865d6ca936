/** Ends waits, and nothing else: by an abort signal, or after a time. */

import { onAbort } from './abort';
import { ExecutionError, nameErrors } from './errors';

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

/** Waits until the signal is aborted, if there is one. */
export function untilAborted<T>(wait: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return limited(wait, signal, Number.POSITIVE_INFINITY, '');
}

/** The errors are made behind the `await`, so that their stack shows who waited. */
export async function limited<T>(
  wait: Promise<T>,
  signal: AbortSignal | undefined,
  timeoutMs: number,
  id: string,
): Promise<T> {
  if (signal === undefined && timeoutMs === Number.POSITIVE_INFINITY) return await wait;
  const { cut, stop } = limits(signal, timeoutMs);
  try {
    // A pair, so that no value of the wait can be taken for a cut.
    const end = await Promise.race([cut, wait.then((value) => ({ value }))]);
    if (typeof end === 'object') return end.value;
    if (end === 'aborted') throw new AbortError(signal as AbortSignal);
    throw new ExecutionError('ERR_WAIT_TIMEOUT', `Wait timed out after ${timeoutMs}ms: ${id}`);
  } finally {
    stop();
  }
}

/** `stop`: takes the listener and the timer away. */
function limits(
  signal: AbortSignal | undefined,
  timeoutMs: number,
): { cut: Promise<Cut>; stop: () => void } {
  const stops: (() => void)[] = [];
  const cut = new Promise<Cut>((resolve) => {
    if (signal?.aborted) resolve('aborted');
    else if (signal) stops.push(onAbort(signal, () => resolve('aborted')));
    if (timeoutMs === Number.POSITIVE_INFINITY) return;
    const timer = setTimeout(() => resolve('late'), Math.min(timeoutMs, LONGEST_TIMER));
    stops.push(() => clearTimeout(timer));
  });
  return {
    cut,
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}
