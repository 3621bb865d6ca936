/** The lock of one job, whose age decides whether a command may be started. */

import type { Job } from 'bullmq';
import { freshMs } from './lease';

export class JobLock {
  readonly #job: Job;
  readonly #token: string;
  readonly #lockMs: number;

  constructor(job: Job, token: string, lockMs: number) {
    this.#job = job;
    this.#token = token;
    this.#lockMs = lockMs;
  }

  /** Whether it was taken just now, by the clock of this machine; an older one is extended. */
  async isFresh(): Promise<boolean> {
    const age = Date.now() - (this.#job.processedOn ?? 0);
    return (age >= 0 && age <= freshMs(this.#lockMs)) || (await this.extend());
  }

  /** `false`: it is not held any more, or the store did not answer. A late answer is one of the past. */
  async extend(): Promise<boolean> {
    for (;;) {
      const sent = performance.now();
      try {
        if ((await this.#job.extendLock(this.#token, this.#lockMs)) !== 1) return false;
      } catch {
        return false;
      }
      if (performance.now() - sent <= freshMs(this.#lockMs)) return true;
    }
  }
}
