/**
 * BullMQ's worker, whose locks are watched: a listener learns of each renewal. A renewal counts from the time at which it was
 * sent, since the lock lasts at least as long as counted from then.
 */

import { type Processor, Worker, type WorkerOptions } from 'bullmq';
import type { JobStore } from './connect';
import { freshMs, renewMs } from './lease';

/** What happens to the locks of running jobs. */
export interface LockListener {
  /** Holds in the side store what the jobs have there. The locks count as renewed only with it. */
  hold(ids: readonly string[]): Promise<void>;
  /** The lock is held for `lockMs` from at most `freshMs` ago. */
  renewed(ids: readonly string[]): void;
  lost(ids: readonly string[]): void;
}

export interface FencedOptions {
  readonly connection: object;
  readonly prefix: string;
  readonly name: string;
  readonly concurrency: number;
  readonly lockMs: number;
}

export class FencedWorker extends Worker {
  readonly #listener: LockListener;
  readonly #freshMs: number;

  constructor(
    queue: string,
    processor: Processor,
    options: FencedOptions,
    backend: JobStore['backend'],
    listener: LockListener,
  ) {
    super(queue, processor, workerOptions(options), backend as never);
    this.#listener = listener;
    this.#freshMs = freshMs(options.lockMs);
  }

  override async extendJobLocks(
    ids: string[],
    tokens: string[],
    duration: number,
  ): Promise<string[]> {
    for (;;) {
      const sent = performance.now();
      const held = this.#listener.hold(ids).then(
        () => true,
        () => false,
      );
      const lost = await super.extendJobLocks(ids, tokens, duration);
      if (lost.length > 0) this.#listener.lost(lost);
      if (lost.length === ids.length || !(await held)) return lost;
      // A late answer is one of the past, after a blocked event loop or a connection that was away: it is asked again.
      if (performance.now() - sent > this.#freshMs) continue;
      this.#listener.renewed(ids.filter((id) => !lost.includes(id)));
      return lost;
    }
  }
}

function workerOptions(options: FencedOptions): WorkerOptions {
  const { connection, prefix, name, concurrency, lockMs } = options;
  return {
    connection,
    prefix,
    name,
    concurrency,
    autorun: false,
    lockDuration: lockMs,
    lockRenewTime: renewMs(lockMs),
    stalledInterval: Math.min(30_000, lockMs / 2),
    // A job whose worker was lost comes to a processor again, which decides: see `attempt.ts`.
    maxStalledCount: 1_000_000,
    runRetryDelay: 1000,
  };
}
