/** The executions that pages have a handle of, until they have ended. */

import type { Execution } from '../../types/api';
import { TOLD_EVENTS } from './told-events';
import type { Watch } from './watch';

export class Running {
  readonly execution: Execution;
  readonly watches = new Set<Watch>();

  constructor(execution: Execution) {
    this.execution = execution;
    for (const name of TOLD_EVENTS) {
      execution.on(name, (payload) => {
        for (const watch of [...this.watches]) watch.happened(name, payload);
      });
    }
  }
}

/** By id, for all windows. */
export class RunningExecutions {
  readonly #byId = new Map<string, Running>();

  get size(): number {
    return this.#byId.size;
  }

  find(id: string): Running | undefined {
    return this.#byId.get(id);
  }

  /** The same one for the same execution, until that has ended. */
  add(execution: Execution): Running {
    const { id } = execution;
    const known = this.#byId.get(id);
    if (known !== undefined) return known;
    const running = new Running(execution);
    this.#byId.set(id, running);
    execution.on('settled', () => this.remove(id));
    return running;
  }

  /** Of one that was refused: it does not settle. */
  remove(id: string): void {
    this.#byId.delete(id);
  }
}
