/** Decides which step of a plan starts next, and which ones are skipped. Pure. */

import type { Needs } from './dependencies';

export interface Order {
  /** The largest number of steps that run at a time. */
  readonly limit: number;
  /** Nothing starts after a failure. */
  readonly stopOnError: boolean;
  readonly needs: Needs;
}

type State = 'waiting' | 'running' | 'succeeded' | 'failed' | 'skipped';

export class Schedule {
  readonly #order: Order;
  readonly #states: State[];
  /** By step, those that need it. */
  readonly #dependents: readonly number[][];
  #running = 0;
  /** No step before this one waits. */
  #firstWaiting = 0;

  constructor(order: Order) {
    this.#order = order;
    this.#states = order.needs.map(() => 'waiting');
    this.#dependents = order.needs.map(() => []);
    for (const [step, needed] of order.needs.entries())
      for (const index of needed) this.#dependents[index]?.push(step);
  }

  /** Whether nothing runs, and nothing can start. */
  get isOver(): boolean {
    return this.#running === 0 && !this.#states.includes('waiting');
  }

  /** The steps that start now, in the order of the commands. `limit`: that of the engine at this moment. */
  next(limit: number): number[] {
    const most = Math.min(limit, this.#order.limit);
    const steps: number[] = [];
    while (this.#states[this.#firstWaiting] !== 'waiting') {
      if (++this.#firstWaiting >= this.#states.length) return steps;
    }
    for (let step = this.#firstWaiting; step < this.#states.length; step++) {
      if (this.#running >= most) break;
      if (this.#states[step] !== 'waiting' || !this.#isReady(step)) continue;
      this.#states[step] = 'running';
      this.#running++;
      steps.push(step);
    }
    return steps;
  }

  /** A step has ended. Returns those that are skipped for it. */
  finish(step: number, isSuccess: boolean): number[] {
    this.#states[step] = isSuccess ? 'succeeded' : 'failed';
    this.#running--;
    if (isSuccess) return [];
    return this.#order.stopOnError ? this.stop() : this.#skipDependents(step);
  }

  /** Nothing more starts. Returns the steps that are skipped. */
  stop(): number[] {
    return this.#skip(this.#states.map((_, step) => step));
  }

  #isReady(step: number): boolean {
    return (this.#order.needs[step] ?? []).every((index) => this.#states[index] === 'succeeded');
  }

  #skipDependents(failed: number): number[] {
    const skipped: number[] = [];
    const open = [failed];
    for (let step = open.pop(); step !== undefined; step = open.pop()) {
      const steps = this.#skip(this.#dependents[step] ?? []);
      skipped.push(...steps);
      open.push(...steps);
    }
    return skipped.sort((a, b) => a - b);
  }

  #skip(steps: readonly number[]): number[] {
    const skipped = steps.filter((step) => this.#states[step] === 'waiting');
    for (const step of skipped) this.#states[step] = 'skipped';
    return skipped;
  }
}
