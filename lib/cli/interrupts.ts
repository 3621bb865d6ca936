/** Signals to the program: the first ends the execution with grace, a further one at once. */

import type { Execution } from '../../types/api';
import { bySignal } from './exit-codes';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type Interrupt = (typeof SIGNALS)[number];

/**
 * A signal that comes again within so many milliseconds is the same one: npm passes on what the
 * terminal has sent to its child too.
 */
const ECHO_MS = 50;

export class Interrupts {
  readonly #run: Execution;
  readonly #onFirst: (signal: Interrupt) => void;
  #first: Interrupt | undefined;
  #count = 0;
  #last: { signal: Interrupt; at: number } | undefined;

  constructor(run: Execution, onFirst: (signal: Interrupt) => void) {
    this.#run = run;
    this.#onFirst = onFirst;
    for (const signal of SIGNALS) process.on(signal, this.#take);
  }

  /** What a program that ended of the first signal leaves; `undefined`: none came. */
  get exitCode(): number | undefined {
    return this.#first === undefined ? undefined : bySignal(this.#first);
  }

  stop(): void {
    for (const signal of SIGNALS) process.off(signal, this.#take);
  }

  readonly #take = (signal: NodeJS.Signals): void => {
    const at = performance.now();
    const isEcho = this.#last?.signal === signal && at - this.#last.at < ECHO_MS;
    if (isEcho) return;
    // Not moved by echoes: a key that is held down is no echo for ever.
    this.#last = { signal: signal as Interrupt, at };
    this.#act(signal as Interrupt);
  };

  #act(signal: Interrupt): void {
    this.#count++;
    this.#first ??= signal;
    if (this.#count === 1) {
      void this.#run.cancel();
      this.#onFirst(signal);
    } else if (this.#count === 2) {
      void this.#run.kill('SIGKILL');
    } else {
      // A process that even that does not end is in the hands of the kernel.
      process.exit(bySignal(this.#first));
    }
  }
}
