/** Sends one page the state of all executions, then batches of changes. */

import type { ServerResponse } from 'node:http';
import type { Sample, StateMessage } from '../messages';
import type { ExecutionRegistry, RegistryWatcher } from './execution-registry';
import { JsonLinesResponse } from './json-lines-response';
import type { LoadMeter } from './load-meter';
import { PacedSender } from './paced-sender';

const INTERVAL_MS = 200;
/** Samples that are kept for a page that does not read. The chart has a gap for dropped ones. */
const MAX_PENDING_SAMPLES = 10;

export interface StateSource {
  registry: ExecutionRegistry;
  load: LoadMeter;
  cwd: string;
  maxConcurrent: number;
  graceMs: number | null;
  allowProgressPatterns: boolean;
}

export class StateResponse implements RegistryWatcher {
  readonly #registry: ExecutionRegistry;
  readonly #lines: JsonLinesResponse<StateMessage>;
  readonly #sender: PacedSender;
  readonly #changed = new Set<string>();
  readonly #removed = new Set<string>();
  #samples: Sample[] = [];

  constructor(response: ServerResponse, { registry, load, ...facts }: StateSource) {
    this.#registry = registry;
    this.#lines = new JsonLinesResponse(response, () => this.#schedule());
    this.#sender = new PacedSender(INTERVAL_MS, () => {
      if (this.#lines.isReady) this.#flush();
    });
    const { samples } = load;
    const rows = registry.rows();
    const { cwd, maxConcurrent, graceMs, allowProgressPatterns } = facts;
    const hello = { cwd, maxConcurrent, graceMs, allowProgressPatterns, rows, samples };
    this.#lines.write({ type: 'hello', now: Date.now(), ...hello });
    const onSample = (sample: Sample) => this.#addSample(sample);
    registry.watchers.add(this);
    load.watchers.add(onSample);
    this.#lines.onClose(() => {
      registry.watchers.delete(this);
      load.watchers.delete(onSample);
      this.#sender.stop();
    });
  }

  changed(id: string): void {
    this.#changed.add(id);
    this.#schedule();
  }

  removed(id: string): void {
    this.#changed.delete(id);
    this.#removed.add(id);
    this.#schedule();
  }

  limitChanged(maxConcurrent: number): void {
    this.#lines.write({ type: 'limit', now: Date.now(), maxConcurrent });
  }

  /** Called when the engine is closed. */
  close(): void {
    this.#flush();
    this.#lines.write({ type: 'bye', now: Date.now() });
    this.#lines.end();
  }

  #addSample(sample: Sample): void {
    this.#samples.push(sample);
    if (this.#samples.length > MAX_PENDING_SAMPLES) this.#samples.shift();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#lines.isReady) this.#sender.schedule();
  }

  #flush(): void {
    const now = Date.now();
    const rows = [...this.#changed].flatMap((id) => this.#registry.row(id) ?? []);
    const removed = [...this.#removed];
    if (rows.length + removed.length > 0) this.#lines.write({ type: 'rows', now, rows, removed });
    if (this.#samples.length > 0) {
      this.#lines.write({ type: 'samples', now, samples: this.#samples });
    }
    this.#changed.clear();
    this.#removed.clear();
    this.#samples = [];
  }
}
