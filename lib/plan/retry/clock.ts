/** The time and the chance of retries. Tests replace them. */

import { onAbort } from '../../core/index';

export interface Clock {
  /** Resolves after `ms` milliseconds, or when `signal` aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** From 0 to 1. */
  random(): number;
}

/** Timers cannot wait longer. */
const LONGEST_TIMER = 2 ** 31 - 1;

export const systemClock: Clock = {
  random: Math.random,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const end = (): void => {
        clearTimeout(timer);
        stop();
        resolve();
      };
      const timer = setTimeout(end, Math.min(ms, LONGEST_TIMER));
      const stop = onAbort(signal, end);
    }),
};
