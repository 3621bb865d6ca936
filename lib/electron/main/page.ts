/** One load of a page: what it watches, from its first call until it is left, reloaded or destroyed. */

import type { ElectronWebContents } from '../../../types/electron';
import type { RemovedEvent } from '../../../types/events';
import type { PlanRun } from '../../../types/plan';
import { eventChannel, LISTENERS } from '../ipc';
import type { ExecutionHub } from './execution-hub';
import type { ExposeSettings } from './expose-options';
import { PageOutbox } from './page-outbox';
import { PlanWatch } from './plan-watch';
import { Subscription, type Subscriptions } from './subscriptions';
import { Watch } from './watch';

interface Source {
  readLines(): void;
  stop(): void;
}

/** Stands for all ids in the subscriptions of the page's listeners. */
const ALL = '*';

export class Page {
  readonly token: string;
  /** The ids of the executions that it started with `capture: 'raw'`. */
  readonly raw = new Set<string>();
  readonly #outbox: PageOutbox;
  readonly #subscriptions: Subscriptions;
  /** Sources for callbacks of one execution, by the number that the page chose. */
  readonly #watched = new Map<number, Source>();
  /** Sources for the listeners of the page, by the id of the execution. */
  readonly #subscribed = new Map<string, Source>();
  #listensToLines = false;

  constructor(
    token: string,
    webContents: ElectronWebContents,
    settings: ExposeSettings,
    subscriptions: Subscriptions,
  ) {
    this.token = token;
    this.#subscriptions = subscriptions;
    const channel = eventChannel(settings.channel);
    this.#outbox = new PageOutbox((batch) => {
      try {
        if (webContents.isDestroyed()) this.close();
        else webContents.send(channel, { page: token, ...batch });
      } catch {
        // Its process or its frame is gone. Electron emits the event for that later.
        this.close();
      }
    }, settings);
  }

  get isClosed(): boolean {
    return this.#outbox.isClosed;
  }

  /** Watches an execution for the callbacks with that `number`. */
  watch(number: number, hub: ExecutionHub, lines: boolean): void {
    this.unwatch(number);
    const watch = new Watch(hub, number, this.#outbox, () => this.#watched.delete(number));
    this.#watched.set(number, watch);
    if (lines) watch.readLines();
  }

  /** As {@link watch}, for an execution without a handle. */
  watchById(number: number, id: string, lines: boolean): Subscription {
    this.unwatch(number);
    const subscription = this.#subscriptionTo(id, number, () => this.#watched.delete(number));
    this.#watched.set(number, subscription);
    if (lines) subscription.readLines();
    return subscription;
  }

  /** Watches a plan for the callbacks with that `number`. */
  watchPlan(number: number, run: PlanRun, lines: boolean): void {
    this.unwatch(number);
    const watch = new PlanWatch(run, number, this.#outbox, () => this.#watched.delete(number));
    this.#watched.set(number, watch);
    if (lines) watch.readLines();
  }

  unwatch(number: number): void {
    const watch = this.#watched.get(number);
    this.#watched.delete(number);
    watch?.stop();
  }

  /** Watches an execution for the listeners of the page. */
  subscribe(hub: ExecutionHub): void {
    const { id } = hub;
    if (this.#subscribed.has(id)) return;
    const forget = () => this.#subscribed.delete(id);
    this.#subscribe(id, new Watch(hub, LISTENERS, this.#outbox, forget));
  }

  /** As {@link subscribe}, for an execution without a handle. */
  subscribeById(id: string): Subscription | undefined {
    if (this.#subscribed.has(id)) return undefined;
    const subscription = this.#subscriptionTo(id, LISTENERS, () => this.#subscribed.delete(id));
    this.#subscribe(id, subscription);
    return subscription;
  }

  /** Subscribes to all executions that the page is not subscribed to separately. */
  subscribeAll(): void {
    if (this.#subscribed.has(ALL)) return;
    const wants = (id: string): boolean => !this.#subscribed.has(id);
    this.#subscribe(ALL, new Subscription(this.#subscriptions, LISTENERS, this.#outbox, { wants }));
  }

  unsubscribe(id: string): void {
    const source = this.#subscribed.get(id);
    this.#subscribed.delete(id);
    source?.stop();
  }

  unsubscribeAll(): void {
    this.unsubscribe(ALL);
  }

  /** The page has its first listener for lines. */
  listenToLines(): void {
    this.#listensToLines = true;
    for (const source of this.#subscribed.values()) source.readLines();
  }

  /** A record was dropped that the page has access to. */
  removed(payload: RemovedEvent): void {
    this.#outbox.event(LISTENERS, 'removed', payload);
  }

  acknowledge(number: number): void {
    this.#outbox.acknowledge(number);
  }

  close(): void {
    this.#outbox.close();
    const sources = [...this.#watched.values(), ...this.#subscribed.values()];
    this.#watched.clear();
    this.#subscribed.clear();
    for (const source of sources) source.stop();
  }

  #subscriptionTo(id: string, number: number, onEnd: () => void): Subscription {
    const wants = (other: string): boolean => other === id;
    return new Subscription(this.#subscriptions, number, this.#outbox, { wants, onEnd });
  }

  #subscribe(id: string, source: Source): void {
    this.#subscribed.set(id, source);
    if (this.#listensToLines) source.readLines();
  }
}
