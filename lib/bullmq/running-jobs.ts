/** The jobs that a worker holds, and why each of them is being ended. */

import type { CommandFailure } from '../../types/bullmq';
import { failure } from './outcome';

/** Why a job ends before its command does. */
export type Ending = 'cancel' | 'lost' | 'shutdown';

export class RunningJob {
  readonly id: string;
  readonly key: string | null;
  readonly #abort = new AbortController();
  /** Renews the lease of the execution, when there is one. */
  renewLease: (() => void) | undefined;
  renewedAt = performance.now();
  ending: Ending | undefined;
  #reason = '';

  constructor(id: string, key: string | null) {
    this.id = id;
    this.key = key;
  }

  /** Its lock was renewed just now. */
  renewed(): void {
    this.renewedAt = performance.now();
    this.renewLease?.();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The first reason counts, but a lost lock is stronger than any other: the job belongs to another worker. */
  end(ending: Ending, reason = ''): void {
    if (this.ending === undefined || ending === 'lost') {
      this.ending = ending;
      this.#reason = reason;
    }
    this.#abort.abort();
  }

  /** The failure of a command that was ended. */
  get failure(): CommandFailure | undefined {
    if (this.ending === 'cancel') return failure('ERR_CANCELLED', this.#reason);
    if (this.ending === 'shutdown') {
      return failure('ERR_INTERRUPTED', 'The worker was shut down while the command ran');
    }
    if (this.ending === 'lost') return LOST;
    return undefined;
  }
}

export const LOST = failure(
  'ERR_LOST',
  'The worker or its lock was lost. Whether the command ran to its end is unknown',
);

export class RunningJobs extends Map<string, RunningJob> {
  /** Ends those that run, of the ids given. */
  end(ids: Iterable<string>, ending: Ending, reason?: string): void {
    for (const id of ids) this.get(id)?.end(ending, reason);
  }
}
