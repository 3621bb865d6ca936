/** Why queued executions wait, as far as the rows show it. Pure. */

import type { Row } from '../messages';

export class QueueState {
  readonly #isPaused: boolean;
  readonly #isFull: boolean;
  readonly #runningOfKey = new Map<string, number>();

  constructor(rows: Iterable<Row>, isPaused: boolean, maxConcurrent: number) {
    this.#isPaused = isPaused;
    let running = 0;
    for (const { status, key } of rows) {
      if (status !== 'running') continue;
      running++;
      if (key !== null) this.#runningOfKey.set(key, (this.#runningOfKey.get(key) ?? 0) + 1);
    }
    this.#isFull = running >= maxConcurrent;
  }

  /** What a queued execution waits for; empty for any other, and for one that is about to start. */
  reason({ status, key }: Row): string {
    if (status !== 'pending') return '';
    if (this.#isPaused) return 'the engine is paused';
    const running = key === null ? 0 : (this.#runningOfKey.get(key) ?? 0);
    if (this.#isFull) return 'waits for a free place';
    return running > 0 ? `waits for key ${key}, ${running} running` : '';
  }
}
