/** Decides which step of a plan starts next, and which ones are skipped. Pure. */

import type { Needs } from './dependencies';
import { IndexHeap } from './index-heap';

export interface Order {
  /** The largest number of steps that run at a time. */
  readonly limit: number;
  /** Nothing starts after a failure. */
  readonly stopOnError: boolean;
  readonly needs: Needs;
}

type State = 'waiting' | 'running' | 'succeeded' | 'failed' | 'skipped';

/** The work of a whole plan grows with its steps and dependencies: no call looks at all steps, except the one that stops. */
export class Schedule {
  readonly #order: Order;
  readonly #states: State[];
  /** By step, those that need it. */
  readonly #dependents: readonly number[][];
  /** By step, how many of those that it needs have not succeeded. */
  readonly #missing: number[];
  /** The steps that miss nothing. Those that have been skipped are dropped when they come first. */
  readonly #ready = new IndexHeap();
  #waiting: number;
  #running = 0;

  constructor(order: Order) {
    this.#order = order;
    this.#states = order.needs.map(() => 'waiting');
    this.#dependents = order.needs.map(() => []);
    this.#missing = order.needs.map((needed) => needed.length);
    this.#waiting = order.needs.length;
    for (const [step, needed] of order.needs.entries()) {
      for (const index of needed) this.#dependents[index]?.push(step);
      if (needed.length === 0) this.#ready.add(step);
    }
  }

  /** Whether nothing runs, and nothing can start. */
  get isOver(): boolean {
    return this.#running === 0 && this.#waiting === 0;
  }

  /** The steps that start now, in the order of the commands. `limit`: that of the engine at this moment. */
  next(limit: number): number[] {
    const most = Math.min(limit, this.#order.limit);
    const steps: number[] = [];
    while (this.#running < most) {
      const step = this.#ready.lowest;
      if (step === undefined) break;
      this.#ready.removeLowest();
      if (this.#states[step] !== 'waiting') continue;
      this.#states[step] = 'running';
      this.#waiting--;
      this.#running++;
      steps.push(step);
    }
    return steps;
  }

  /** A step has ended. Returns those that are skipped for it. */
  finish(step: number, isSuccess: boolean): number[] {
    this.#states[step] = isSuccess ? 'succeeded' : 'failed';
    this.#running--;
    if (!isSuccess) return this.#order.stopOnError ? this.stop() : this.#skipDependents(step);
    for (const dependent of this.#dependents[step] ?? []) this.#succeeded(dependent);
    return [];
  }

  /** Nothing more starts. Returns the steps that are skipped. */
  stop(): number[] {
    return this.#waiting === 0 ? [] : this.#skip([...this.#states.keys()]);
  }

  /** One of the steps that `dependent` needs has succeeded. */
  #succeeded(dependent: number): void {
    const missing = (this.#missing[dependent] ?? 0) - 1;
    this.#missing[dependent] = missing;
    if (missing === 0) this.#ready.add(dependent);
  }

  #skipDependents(failed: number): number[] {
    const skipped: number[] = [];
    const open = [failed];
    for (let step = open.pop(); step !== undefined; step = open.pop()) {
      for (const dependent of this.#skip(this.#dependents[step] ?? [])) {
        skipped.push(dependent);
        open.push(dependent);
      }
    }
    return skipped.sort((a, b) => a - b);
  }

  #skip(steps: readonly number[]): number[] {
    const skipped = steps.filter((step) => this.#states[step] === 'waiting');
    for (const step of skipped) this.#states[step] = 'skipped';
    this.#waiting -= skipped.length;
    return skipped;
  }
}
