/** Tells one page of all executions: everything first, then what changes, several changes at a time. */

import type { ServerResponse } from 'node:http';
import type { Board, BoardWatcher } from './board';
import { JsonLines } from './json-lines';
import type { Load } from './load';
import type { Sample, StateMessage } from './wire';

/** The shortest time between two messages about executions. */
const PACE_MS = 200;
/** Samples for a page that takes nothing; the chart has a gap then. */
const MAX_WAITING_SAMPLES = 10;

export interface StateSource {
  board: Board;
  load: Load;
  cwd: string;
  maxConcurrent: number;
}

export class StateStream implements BoardWatcher {
  readonly #source: StateSource;
  readonly #lines: JsonLines<StateMessage>;
  readonly #changed = new Set<string>();
  readonly #removed = new Set<string>();
  #samples: Sample[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sentAt = 0;

  constructor(response: ServerResponse, source: StateSource) {
    this.#source = source;
    this.#lines = new JsonLines(response, () => this.#plan());
    const { board, load, cwd, maxConcurrent } = source;
    const rows = board.rows();
    this.#lines.write({
      type: 'hello',
      now: Date.now(),
      cwd,
      maxConcurrent,
      rows,
      samples: load.samples,
    });
    const onSample = (sample: Sample) => this.#sample(sample);
    board.watchers.add(this);
    load.watchers.add(onSample);
    this.#lines.onClose(() => {
      board.watchers.delete(this);
      load.watchers.delete(onSample);
      clearTimeout(this.#timer);
    });
  }

  changed(id: string): void {
    this.#changed.add(id);
    this.#plan();
  }

  removed(id: string): void {
    this.#changed.delete(id);
    this.#removed.add(id);
    this.#plan();
  }

  /** The engine has ended. */
  bye(): void {
    this.#flush();
    this.#lines.write({ type: 'bye', now: Date.now() });
    this.#lines.end();
  }

  #sample(sample: Sample): void {
    this.#samples.push(sample);
    if (this.#samples.length > MAX_WAITING_SAMPLES) this.#samples.shift();
    this.#plan();
  }

  #plan(): void {
    if (this.#timer !== undefined || !this.#lines.isReady) return;
    const wait = Math.max(0, this.#sentAt + PACE_MS - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#lines.isReady) this.#flush();
    }, wait);
  }

  #flush(): void {
    const now = Date.now();
    const { board } = this.#source;
    const rows = [...this.#changed].flatMap((id) => board.row(id) ?? []);
    const removed = [...this.#removed];
    if (rows.length + removed.length > 0) this.#lines.write({ type: 'rows', now, rows, removed });
    if (this.#samples.length > 0) {
      this.#lines.write({ type: 'samples', now, samples: this.#samples });
    }
    this.#changed.clear();
    this.#removed.clear();
    this.#samples = [];
    this.#sentAt = performance.now();
  }
}
