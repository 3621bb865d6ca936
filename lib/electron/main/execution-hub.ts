/** One execution that pages have a handle of, shared by all pages that watch it. */

import type { Execution, ExecutionLine } from '../../../types/api';
import type { TerminalEvent } from '../../../types/events';
import { FORWARDED_EVENTS, type ForwardedEvent } from './forwarded-events';

/** One page that watches the execution. */
export interface HubSubscriber {
  /** It reads lines, so a slower page can hold it up. */
  readonly isReading: boolean;
  /** Its page takes nothing for longer than a page may hold others up. */
  readonly isStuck: boolean;
  event(name: ForwardedEvent, payload: unknown): void;
  stop(): void;
}

export class ExecutionHub {
  readonly execution: Execution;
  readonly #subscribers = new Set<HubSubscriber>();
  /** The `key` of its request, redacted, once an event has reported it. */
  key: string | null = null;

  constructor(execution: Execution) {
    this.execution = execution;
    execution.on('started', ({ key }) => {
      this.key = key;
    });
    for (const name of FORWARDED_EVENTS) {
      execution.on(name, (payload) => {
        for (const subscriber of [...this.#subscribers]) subscriber.event(name, payload);
      });
    }
  }

  get id(): string {
    return this.execution.id;
  }

  /** Forwards events to `subscriber` until the returned function is called. */
  subscribe(subscriber: HubSubscriber): () => void {
    this.#subscribers.add(subscriber);
    return () => void this.#subscribers.delete(subscriber);
  }

  /** The lines from the first retained one on. A consumer that does not read holds the command back. */
  lines(): AsyncIterator<ExecutionLine> {
    return this.execution[Symbol.asyncIterator]();
  }

  /**
   * Whether a page without room for more lines may hold the command back. A stuck page may not do so
   * while another page reads: it then misses lines, and the others go on.
   */
  mayHoldBack(slow: HubSubscriber): boolean {
    if (!slow.isStuck) return true;
    return ![...this.#subscribers].some((other) => other.isReading && !other.isStuck);
  }

  /** For one that had ended before and emits no more events: the watches end with their last line. */
  end(terminal: TerminalEvent): void {
    this.key = terminal.key;
    for (const subscriber of [...this.#subscribers]) subscriber.event('settled', terminal);
  }

  /** Stops all subscribers: the execution was refused and emits no events. */
  close(): void {
    for (const subscriber of [...this.#subscribers]) subscriber.stop();
  }
}

/** The hubs of all windows, by the id of the execution. */
export class ExecutionHubs {
  readonly #byId = new Map<string, ExecutionHub>();

  get size(): number {
    return this.#byId.size;
  }

  find(id: string): ExecutionHub | undefined {
    return this.#byId.get(id);
  }

  /** Returns the same hub for the same execution until that execution has settled. */
  add(execution: Execution): ExecutionHub {
    const { id } = execution;
    const known = this.#byId.get(id);
    if (known !== undefined) return known;
    const hub = new ExecutionHub(execution);
    this.#byId.set(id, hub);
    execution.on('settled', () => this.remove(id));
    return hub;
  }

  /** For an execution that emits no `settled`: it was refused, or had settled before it was added. */
  remove(id: string): void {
    this.#byId.delete(id);
  }
}
