/** Which executions run and which wait, as the dispatcher of a real engine decides it. */

import type { ExecutionConfig } from '../../types/config';
import { ExecutionError } from '../core/index';
import type { TestExecution } from './test-execution';

export class Places {
  readonly #maxQueued: number;
  readonly #perKey: number;
  readonly #keyLimits: Map<string, number>;
  #limit: number;
  #isPaused = false;
  readonly #running = new Set<TestExecution>();
  readonly #queue: TestExecution[] = [];

  constructor(config: Readonly<ExecutionConfig>) {
    this.#limit = config.maxConcurrentExecutions;
    this.#maxQueued = config.maxQueuedExecutions;
    this.#perKey = config.maxConcurrentPerKey;
    this.#keyLimits = new Map(Object.entries(config.keyLimits ?? {}));
  }

  get running(): number {
    return this.#running.size;
  }

  get queued(): number {
    return this.#queue.length;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Keys of which something runs or waits. */
  get keys(): number {
    const keys = [...this.#running, ...this.#queue].flatMap(({ given }) => given.key ?? []);
    return new Set(keys).size;
  }

  /** Gives it a place, or lets it wait. @throws `ERR_CONCURRENCY_LIMIT` */
  admit(execution: TestExecution): 'runs' | 'waits' {
    if (this.#hasPlaceFor(execution)) {
      this.#running.add(execution);
      return 'runs';
    }
    const waiting = this.#queue.length;
    if (waiting < this.#maxQueued) {
      this.#queue.push(execution);
      return 'waits';
    }
    throw new ExecutionError(
      'ERR_CONCURRENCY_LIMIT',
      `Concurrency limit reached: ${this.#reason(execution)}, ${waiting} waiting; "maxQueuedExecutions" is ${waiting}`,
    );
  }

  /** It has ended. Returns those that have a place now. */
  leave(execution: TestExecution): TestExecution[] {
    const index = this.#queue.indexOf(execution);
    if (index >= 0) this.#queue.splice(index, 1);
    this.#running.delete(execution);
    return this.#next();
  }

  setLimit(limit: number): TestExecution[] {
    this.#limit = limit;
    return this.#next();
  }

  setKeyLimit(key: string, limit: number | null): TestExecution[] {
    if (limit === null) this.#keyLimits.delete(key);
    else this.#keyLimits.set(key, limit);
    return this.#next();
  }

  setPaused(isPaused: boolean): TestExecution[] {
    this.#isPaused = isPaused;
    return this.#next();
  }

  #runningOf(key: string): number {
    return [...this.#running].filter(({ given }) => given.key === key).length;
  }

  #isKeyFull({ given: { key } }: TestExecution): boolean {
    return key !== undefined && this.#runningOf(key) >= (this.#keyLimits.get(key) ?? this.#perKey);
  }

  #hasPlaceFor(execution: TestExecution): boolean {
    return !this.#isPaused && this.#running.size < this.#limit && !this.#isKeyFull(execution);
  }

  #reason(execution: TestExecution): string {
    const { key } = execution.given;
    if (key !== undefined && this.#isKeyFull(execution)) {
      return `${this.#runningOf(key)} executions with the key '${key}' running`;
    }
    return this.#isPaused ? 'the engine is paused' : `${this.#running.size} executions running`;
  }

  /** By priority, then first come. One that waits for its key does not hold up others. */
  #next(): TestExecution[] {
    const next: TestExecution[] = [];
    for (;;) {
      const eligible = this.#queue.filter((execution) => this.#hasPlaceFor(execution));
      const highest = Math.max(...eligible.map(({ given }) => given.priority));
      const first = eligible.find(({ given }) => given.priority === highest);
      if (first === undefined) return next;
      this.#queue.splice(this.#queue.indexOf(first), 1);
      this.#running.add(first);
      next.push(first);
    }
  }
}
