/** Looks once a second at the engine, and more rarely at the processes, for the chart and the lists. */

import type { ExecutionEngineApi } from '../index';
import type { Board } from './board';
import { isSupported, usageOf } from './usage';
import type { Sample } from './wire';

/** Five minutes. */
export const MAX_SAMPLES = 300;
const SAMPLE_MS = 1000;
/** Reading the process table takes some milliseconds of CPU. */
const SAMPLES_PER_LOOK = 2;

export class Load {
  readonly watchers = new Set<(sample: Sample) => void>();
  readonly samples: Sample[] = [];
  readonly #engine: ExecutionEngineApi;
  readonly #board: Board;
  readonly #timer: NodeJS.Timeout;
  #before = { at: performance.now(), bytes: 0, lines: 0 };
  #cpuBefore = new Map<string, { at: number; ms: number }>();
  #processes: Pick<Sample, 'cpuPercent' | 'memoryBytes'> = { cpuPercent: null, memoryBytes: null };
  #count = 0;
  #isBusy = false;

  constructor(engine: ExecutionEngineApi, board: Board) {
    this.#engine = engine;
    this.#board = board;
    this.#timer = setInterval(() => void this.#look(), SAMPLE_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      // Nobody sees what the processes use while no page is open.
      if (this.#count++ % SAMPLES_PER_LOOK === 0 && this.watchers.size > 0) await this.#measure();
      this.#add(await this.#sample());
    } catch {
      // The engine ends, or the process table cannot be read: there is no sample then.
    } finally {
      this.#isBusy = false;
    }
  }

  async #sample(): Promise<Sample> {
    const { running, queued, totalBytes, totalLines } = await this.#engine.stats();
    const at = performance.now();
    const { at: before, bytes, lines } = this.#before;
    const seconds = (at - before) / 1000;
    this.#before = { at, bytes: totalBytes, lines: totalLines };
    return {
      at: Date.now(),
      running,
      queued,
      bytesPerSecond: (totalBytes - bytes) / seconds,
      linesPerSecond: (totalLines - lines) / seconds,
      ...(running > 0 ? this.#processes : { cpuPercent: null, memoryBytes: null }),
    };
  }

  #add(sample: Sample): void {
    this.samples.push(sample);
    if (this.samples.length > MAX_SAMPLES) this.samples.shift();
    for (const watcher of this.watchers) watcher(sample);
  }

  async #measure(): Promise<void> {
    const running = this.#board.running();
    if (running.length === 0 || !isSupported()) return;
    const usage = await usageOf(running.map(({ pid }) => pid));
    const at = performance.now();
    const cpuNow = new Map<string, { at: number; ms: number }>();
    const sum = { cpuPercent: 0, memoryBytes: 0 };
    for (const { id, pid } of running) {
      const { cpuMs, memoryBytes } = usage.get(pid) ?? { cpuMs: 0, memoryBytes: 0 };
      cpuNow.set(id, { at, ms: cpuMs });
      const cpuPercent = this.#percentSince(id, at, cpuMs);
      sum.cpuPercent += cpuPercent ?? 0;
      sum.memoryBytes += memoryBytes;
      this.#board.used(id, { cpuMs, cpuPercent, memory: { bytes: memoryBytes, kind: 'now' } });
    }
    this.#cpuBefore = cpuNow;
    this.#processes = sum;
  }

  #percentSince(id: string, at: number, cpuMs: number): number | null {
    const before = this.#cpuBefore.get(id);
    if (before === undefined) return null;
    return Math.max(0, (100 * (cpuMs - before.ms)) / (at - before.at));
  }
}
