/**
 * Pages that look on at executions of which there is no handle: through the events of the engine,
 * which wait for nobody. What a page does not take in time is skipped.
 */

import type { ExecutionEngineApi } from '../../types/api';
import type { ExecutionEvents, OutputEvent } from '../../types/events';
import { LinesToPage } from './lines-to-page';
import type { Outbox } from './outbox';
import { TOLD_EVENTS, type ToldEvent } from './told-events';

type AnyPayload = ExecutionEvents[ToldEvent];

/** One page with one interest. */
export class Onlooker {
  readonly #all: Onlookers;
  readonly #number: number;
  readonly #outbox: Outbox;
  readonly #wants: (id: string) => boolean;
  readonly #lines = new Map<string, LinesToPage>();
  readsLines = false;

  constructor(all: Onlookers, number: number, outbox: Outbox, wants: (id: string) => boolean) {
    this.#all = all;
    this.#number = number;
    this.#outbox = outbox;
    this.#wants = wants;
    all.add(this);
  }

  readLines(): void {
    this.readsLines = true;
    this.#all.listen();
  }

  stop(): void {
    this.#all.remove(this);
  }

  happened(name: ToldEvent, payload: AnyPayload): void {
    const id = payload.executionId;
    if (!this.#wants(id)) return;
    this.#lines.get(id)?.tellSkipped();
    this.#outbox.event(this.#number, name, payload);
    if (name === 'settled') this.#lines.delete(id);
  }

  output({ executionId: id, stream, lines, firstSeq, partial }: OutputEvent): void {
    if (!this.readsLines || !this.#wants(id)) return;
    let sink = this.#lines.get(id);
    if (sink === undefined) {
      sink = new LinesToPage(this.#outbox, this.#number, id);
      this.#lines.set(id, sink);
    }
    const last = lines.length - 1;
    for (const [index, line] of lines.entries()) {
      sink.line(stream, line, firstSeq + index, partial && index === last);
    }
  }
}

/** One listener of the engine for all of them, and none while there is none. */
export class Onlookers {
  readonly #engine: ExecutionEngineApi;
  readonly #onlookers = new Set<Onlooker>();
  readonly #listeners: [ToldEvent, (payload: AnyPayload) => void][] = TOLD_EVENTS.map((name) => [
    name,
    (payload: AnyPayload) => {
      for (const onlooker of [...this.#onlookers]) onlooker.happened(name, payload);
    },
  ]);
  readonly #onOutput = (payload: OutputEvent): void => {
    for (const onlooker of this.#onlookers) onlooker.output(payload);
  };
  #listens = false;
  #readsLines = false;

  constructor(engine: ExecutionEngineApi) {
    this.#engine = engine;
  }

  add(onlooker: Onlooker): void {
    this.#onlookers.add(onlooker);
    this.listen();
  }

  remove(onlooker: Onlooker): void {
    this.#onlookers.delete(onlooker);
    this.listen();
  }

  /** Listens to the engine for what is wanted now: no line crosses into JavaScript for nobody. */
  listen(): void {
    const wanted = this.#onlookers.size > 0;
    if (wanted !== this.#listens) {
      this.#listens = wanted;
      for (const [name, listener] of this.#listeners) {
        if (wanted) this.#engine.on(name, listener);
        else this.#engine.off(name, listener);
      }
    }
    const lines = [...this.#onlookers].some(({ readsLines }) => readsLines);
    if (lines === this.#readsLines) return;
    this.#readsLines = lines;
    if (lines) this.#engine.on('output', this.#onOutput);
    else this.#engine.off('output', this.#onOutput);
  }
}
