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

/** What a page looks on at. */
export interface Interest {
  wants(id: string): boolean;
  /** Of a single execution: called once, behind its end, or when the onlooker is stopped. */
  onEnd?: () => void;
}

/** One page with one interest. */
export class Onlooker {
  readonly #all: Onlookers;
  readonly #number: number;
  readonly #outbox: Outbox;
  readonly #interest: Interest;
  readonly #lines = new Map<string, LinesToPage>();
  readsLines = false;
  #hasHeard = false;
  #over = false;

  constructor(all: Onlookers, number: number, outbox: Outbox, interest: Interest) {
    this.#all = all;
    this.#number = number;
    this.#outbox = outbox;
    this.#interest = interest;
    all.add(this);
  }

  /** Something came: then the rest comes too, up to the end. */
  get hasHeard(): boolean {
    return this.#hasHeard;
  }

  readLines(): void {
    this.readsLines = true;
    this.#all.listen();
  }

  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#all.remove(this);
    this.#interest.onEnd?.();
  }

  wants(id: string): boolean {
    return this.#interest.wants(id);
  }

  /** Of an execution that it {@link wants}. */
  happened(name: ToldEvent, payload: AnyPayload): void {
    const id = payload.executionId;
    this.#hasHeard = true;
    this.#lines.get(id)?.tellSkipped();
    this.#outbox.event(this.#number, name, payload);
    if (name !== 'settled') return;
    this.#lines.delete(id);
    if (this.#interest.onEnd !== undefined) this.stop();
  }

  output({ executionId: id, stream, lines, firstSeq, partial }: OutputEvent): void {
    if (!this.readsLines || !this.wants(id)) return;
    this.#hasHeard = true;
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
      // Chosen before anybody is told: an end that was told makes some want what others had.
      const told = [...this.#onlookers].filter((one) => one.wants(payload.executionId));
      for (const onlooker of told) onlooker.happened(name, payload);
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
