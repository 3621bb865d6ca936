/** One load of a page: what it watches, from its first call until it is left, reloaded or gone. */

import type { ElectronWebContents } from '../../types/electron';
import { Onlooker, type Onlookers } from './onlookers';
import type { Settings } from './options';
import { Outbox } from './outbox';
import type { Running } from './running';
import { Watch } from './watch';
import { eventChannel, LISTENERS } from './wire';

interface Source {
  readLines(): void;
  stop(): void;
}

/** Among the ids that the listeners of a page are subscribed to: all of them. */
const ALL = '*';

export class Page {
  readonly token: string;
  readonly #outbox: Outbox;
  readonly #onlookers: Onlookers;
  /** Those with callbacks of their own, by the number that the page gave them. */
  readonly #watched = new Map<number, Source>();
  /** Those for the listeners of the page, by the id of the execution. */
  readonly #subscribed = new Map<string, Source>();
  #listensToLines = false;

  constructor(
    token: string,
    webContents: ElectronWebContents,
    settings: Settings,
    onlookers: Onlookers,
  ) {
    this.token = token;
    this.#onlookers = onlookers;
    const channel = eventChannel(settings.channel);
    this.#outbox = new Outbox((batch) => {
      try {
        if (webContents.isDestroyed()) this.close();
        else webContents.send(channel, { page: token, ...batch });
      } catch {
        // Its process or its frame is gone, and the event that says so is still to come.
        this.close();
      }
    }, settings);
  }

  get isClosed(): boolean {
    return this.#outbox.isClosed;
  }

  /** For callbacks of its own, under a `number`. */
  watch(number: number, running: Running, lines: boolean): void {
    this.unwatch(number);
    const watch = new Watch(running, number, this.#outbox, () => this.#watched.delete(number));
    this.#watched.set(number, watch);
    if (lines) watch.readLines();
  }

  /** As {@link watch}, of an execution that there is no handle of. */
  lookOn(number: number, id: string, lines: boolean): Onlooker {
    this.unwatch(number);
    const onlooker = this.#lookAt(id, number, () => this.#watched.delete(number));
    this.#watched.set(number, onlooker);
    if (lines) onlooker.readLines();
    return onlooker;
  }

  unwatch(number: number): void {
    const watch = this.#watched.get(number);
    this.#watched.delete(number);
    watch?.stop();
  }

  /** For the listeners of the page. */
  subscribe(running: Running): void {
    const { id } = running.execution;
    if (this.#subscribed.has(id)) return;
    const forget = () => this.#subscribed.delete(id);
    this.#subscribe(id, new Watch(running, LISTENERS, this.#outbox, forget));
  }

  /** As {@link subscribe}, of an execution that there is no handle of. */
  subscribeLookingOn(id: string): Onlooker | undefined {
    if (this.#subscribed.has(id)) return undefined;
    const onlooker = this.#lookAt(id, LISTENERS, () => this.#subscribed.delete(id));
    this.#subscribe(id, onlooker);
    return onlooker;
  }

  /** All that the page is not subscribed to already. */
  subscribeAll(): void {
    if (this.#subscribed.has(ALL)) return;
    const wants = (id: string): boolean => !this.#subscribed.has(id);
    this.#subscribe(ALL, new Onlooker(this.#onlookers, LISTENERS, this.#outbox, { wants }));
  }

  unsubscribe(id: string): void {
    const source = this.#subscribed.get(id);
    this.#subscribed.delete(id);
    source?.stop();
  }

  unsubscribeAll(): void {
    this.unsubscribe(ALL);
  }

  /** The page has a listener for lines. */
  listenToLines(): void {
    this.#listensToLines = true;
    for (const source of this.#subscribed.values()) source.readLines();
  }

  taken(number: number): void {
    this.#outbox.taken(number);
  }

  close(): void {
    this.#outbox.close();
    const sources = [...this.#watched.values(), ...this.#subscribed.values()];
    this.#watched.clear();
    this.#subscribed.clear();
    for (const source of sources) source.stop();
  }

  #lookAt(id: string, number: number, onEnd: () => void): Onlooker {
    const wants = (other: string): boolean => other === id;
    return new Onlooker(this.#onlookers, number, this.#outbox, { wants, onEnd });
  }

  #subscribe(id: string, source: Source): void {
    this.#subscribed.set(id, source);
    if (this.#listensToLines) source.readLines();
  }
}
