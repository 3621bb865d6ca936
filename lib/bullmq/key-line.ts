/**
 * The line of a key: which jobs come when a place is free. A job that waits for its key is delayed in the store and takes no
 * slot of a worker. The worker that frees a place lets the next ones in; should it be lost, they come by themselves.
 */

import type { Queue } from 'bullmq';
import { PRIORITY_ZERO } from './bounds';
import { isFinished } from './states';
import type { SideStore } from './store/side-store';

export class KeyLine {
  readonly #queue: Queue;
  readonly #store: SideStore;

  constructor(queue: Queue, store: SideStore) {
    this.#queue = queue;
    this.#store = store;
  }

  /** Lets jobs in. Those that are not delayed are on their way; what has no job leaves the line. */
  async letIn(key: string, ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const job = await this.#queue.getJob(id);
      const state = job === undefined ? 'unknown' : await job.getState();
      if (job === undefined || isFinished(state)) await this.#store.drop(id, key);
      else if (state === 'delayed') await this.#first(job);
    }
  }

  /** Moves a job before the others of its priority: it has waited longer than they have. */
  async #first(job: NonNullable<Awaited<ReturnType<Queue['getJob']>>>): Promise<void> {
    try {
      await job.promote();
      await job.changePriority({ priority: job.priority || PRIORITY_ZERO, lifo: true });
    } catch {
      // It was let in by another worker, or its time had come.
    }
  }
}
