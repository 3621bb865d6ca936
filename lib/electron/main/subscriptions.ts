/**
 * Page subscriptions to executions that have no handle. They use the events of the engine, which do not
 * wait for a slow page: lines that a page does not take in time are skipped.
 */

import type { ExecutionEngineApi } from '../../../types/api';
import type { ExecutionEvents, OutputEvent } from '../../../types/events';
import { FORWARDED_EVENTS, type ForwardedEvent } from './forwarded-events';
import { LinesToPage } from './lines-to-page';
import type { PageOutbox } from './page-outbox';

type AnyPayload = ExecutionEvents[ForwardedEvent];

/** The executions that a subscription is about. */
export interface Interest {
  wants(id: string): boolean;
  /** Set for a single execution. Called once: after its end, or when the subscription is stopped. */
  onEnd?: () => void;
}

/** The subscription of one page. */
export class Subscription {
  readonly #all: Subscriptions;
  readonly #number: number;
  readonly #outbox: PageOutbox;
  readonly #interest: Interest;
  readonly #lines = new Map<string, LinesToPage>();
  readsLines = false;
  #hasEvents = false;
  #isStopped = false;

  constructor(all: Subscriptions, number: number, outbox: PageOutbox, interest: Interest) {
    this.#all = all;
    this.#number = number;
    this.#outbox = outbox;
    this.#interest = interest;
    all.add(this);
  }

  /** Whether an event was forwarded: then the others follow, up to the terminal event. */
  get hasEvents(): boolean {
    return this.#hasEvents;
  }

  readLines(): void {
    this.readsLines = true;
    this.#all.updateListeners();
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#all.remove(this);
    this.#interest.onEnd?.();
  }

  wants(id: string): boolean {
    return this.#interest.wants(id);
  }

  /** Forwards an event of an execution that it {@link wants}. */
  event(name: ForwardedEvent, payload: AnyPayload): void {
    const id = payload.executionId;
    this.#hasEvents = true;
    this.#lines.get(id)?.reportSkipped();
    this.#outbox.event(this.#number, name, payload);
    if (name !== 'settled') return;
    this.#lines.delete(id);
    if (this.#interest.onEnd !== undefined) this.stop();
  }

  output({ executionId: id, key, stream, lines, firstSeq, partial }: OutputEvent): void {
    if (!this.readsLines || !this.wants(id)) return;
    this.#hasEvents = true;
    let toPage = this.#lines.get(id);
    if (toPage === undefined) {
      toPage = new LinesToPage(this.#outbox, this.#number, id);
      this.#lines.set(id, toPage);
    }
    const last = lines.length - 1;
    for (const [index, line] of lines.entries()) {
      toPage.line(stream, line, firstSeq + index, partial && index === last, key);
    }
  }
}

/** All subscriptions share one listener per event of the engine. Without subscriptions there is none. */
export class Subscriptions {
  readonly #engine: ExecutionEngineApi;
  readonly #subscriptions = new Set<Subscription>();
  readonly #listeners: [ForwardedEvent, (payload: AnyPayload) => void][] = FORWARDED_EVENTS.map(
    (name) => [
      name,
      (payload: AnyPayload) => {
        // Filtered before the first call: a terminal event changes what other subscriptions want.
        const interested = [...this.#subscriptions].filter((one) => one.wants(payload.executionId));
        for (const subscription of interested) subscription.event(name, payload);
      },
    ],
  );
  readonly #onOutput = (payload: OutputEvent): void => {
    for (const subscription of this.#subscriptions) subscription.output(payload);
  };
  #isListening = false;
  #readsLines = false;

  constructor(engine: ExecutionEngineApi) {
    this.#engine = engine;
  }

  add(subscription: Subscription): void {
    this.#subscriptions.add(subscription);
    this.updateListeners();
  }

  remove(subscription: Subscription): void {
    this.#subscriptions.delete(subscription);
    this.updateListeners();
  }

  /** Adds or removes the listeners of the engine. Without a listener no line crosses into JavaScript. */
  updateListeners(): void {
    const isNeeded = this.#subscriptions.size > 0;
    if (isNeeded !== this.#isListening) {
      this.#isListening = isNeeded;
      for (const [name, listener] of this.#listeners) {
        if (isNeeded) this.#engine.on(name, listener);
        else this.#engine.off(name, listener);
      }
    }
    const readsLines = [...this.#subscriptions].some((one) => one.readsLines);
    if (readsLines === this.#readsLines) return;
    this.#readsLines = readsLines;
    if (readsLines) this.#engine.on('output', this.#onOutput);
    else this.#engine.off('output', this.#onOutput);
  }
}
