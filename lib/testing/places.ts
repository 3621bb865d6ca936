/** Which executions run and which wait, as the dispatcher of a real engine decides it. */

import type { ExecutionConfig } from '../../types/config';
import { ExecutionError } from '../core/index';
import type { TestExecution } from './test-execution';

export class Places {
  readonly #config: Readonly<ExecutionConfig>;
  readonly #running = new Set<TestExecution>();
  readonly #queue: TestExecution[] = [];

  constructor(config: Readonly<ExecutionConfig>) {
    this.#config = config;
  }

  get running(): number {
    return this.#running.size;
  }

  get queued(): number {
    return this.#queue.length;
  }

  /** Gives it a place, or lets it wait. @throws `ERR_CONCURRENCY_LIMIT` */
  admit(execution: TestExecution): 'runs' | 'waits' {
    const { maxConcurrentExecutions, maxQueuedExecutions } = this.#config;
    if (this.#running.size < maxConcurrentExecutions) {
      this.#running.add(execution);
      return 'runs';
    }
    const waiting = this.#queue.length;
    if (waiting < maxQueuedExecutions) {
      this.#queue.push(execution);
      return 'waits';
    }
    throw new ExecutionError(
      'ERR_CONCURRENCY_LIMIT',
      `Concurrency limit reached: ${this.#running.size} executions running, ${waiting} waiting; "maxQueuedExecutions" is ${waiting}`,
    );
  }

  /** It has ended. Returns those that have a place now. */
  leave(execution: TestExecution): TestExecution[] {
    const index = this.#queue.indexOf(execution);
    if (index >= 0) this.#queue.splice(index, 1);
    this.#running.delete(execution);
    const next: TestExecution[] = [];
    while (this.#queue.length > 0 && this.#running.size < this.#config.maxConcurrentExecutions) {
      const first = this.#takeFirst();
      this.#running.add(first);
      next.push(first);
    }
    return next;
  }

  /** By priority, then first come. */
  #takeFirst(): TestExecution {
    const priorities = this.#queue.map(({ given }) => given.priority);
    const index = priorities.indexOf(Math.max(...priorities));
    return this.#queue.splice(index, 1)[0] as TestExecution;
  }
}
