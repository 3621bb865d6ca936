/**
 * Signals to the program: the first one cancels the execution or the plan, each further one goes on to the next step of
 * its `stop`, up to SIGKILL, and the one after that exits.
 */

import type { Execution } from '../../../types/api';
import { signalExitCode } from '../exit-codes';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type InterruptSignal = (typeof SIGNALS)[number];

/** npm forwards signals that the terminal has already sent: the same signal within this time counts once. */
const DUPLICATE_MS = 50;

/** What is interrupted. */
export type Interruptible = Pick<Execution, 'cancel'>;

export class Interrupts {
  readonly #execution: Interruptible;
  readonly #steps: number;
  readonly #onFirst: (signal: InterruptSignal) => void;
  #first: InterruptSignal | undefined;
  #count = 0;
  #last: { signal: InterruptSignal; at: number } | undefined;

  /** `steps`: how many steps there are before SIGKILL. */
  constructor(execution: Interruptible, steps: number, onFirst: (signal: InterruptSignal) => void) {
    this.#execution = execution;
    this.#steps = steps;
    this.#onFirst = onFirst;
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
  }

  /** The exit code for the first signal; `undefined` if there was none. */
  get exitCode(): number | undefined {
    return this.#first === undefined ? undefined : signalExitCode(this.#first);
  }

  stop(): void {
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
  }

  readonly #onSignal = (name: NodeJS.Signals): void => {
    const signal = name as InterruptSignal;
    const at = performance.now();
    const isDuplicate = this.#last?.signal === signal && at - this.#last.at < DUPLICATE_MS;
    if (isDuplicate) return;
    // Duplicates do not extend the time, so a key that is held down counts again.
    this.#last = { signal, at };
    this.#escalate(signal);
  };

  #escalate(signal: InterruptSignal): void {
    this.#count++;
    this.#first ??= signal;
    if (this.#count <= this.#steps + 1) {
      void this.#execution.cancel();
      if (this.#count === 1) this.#onFirst(signal);
    } else {
      // A process that survives SIGKILL waits in the kernel; the program does not wait for it.
      process.exit(signalExitCode(this.#first));
    }
  }
}
