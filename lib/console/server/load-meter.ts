/** Samples the load once per second, for the chart, and the usage of process trees less often, for the rows. */

import type { ExecutionEngineApi } from '../../../types/api';
import type { Sample } from '../messages';
import type { ExecutionRegistry } from './execution-registry';
import { isSupported, treeUsage } from './tree-usage';

/** Five minutes. */
export const MAX_SAMPLES = 300;
const SAMPLE_MS = 1000;
/** Reading the process table takes several milliseconds of CPU time. */
const SAMPLES_PER_MEASUREMENT = 2;

type Usage = Pick<Sample, 'cpuPercent' | 'memoryBytes'>;
const UNKNOWN_USAGE: Usage = { cpuPercent: null, memoryBytes: null };

export class LoadMeter {
  readonly watchers = new Set<(sample: Sample) => void>();
  readonly samples: Sample[] = [];
  /** The engine was shut down. Called once. */
  onEngineClosed: () => void = () => undefined;
  readonly #engine: ExecutionEngineApi;
  readonly #registry: ExecutionRegistry;
  readonly #timer: NodeJS.Timeout;
  /** The totals of the last sample. */
  #last = { at: performance.now(), bytes: 0, lines: 0 };
  /** The CPU times of the last measurement, by execution. */
  #lastCpu = new Map<string, { at: number; ms: number }>();
  #usage = UNKNOWN_USAGE;
  #count = 0;
  #isBusy = false;

  constructor(engine: ExecutionEngineApi, registry: ExecutionRegistry) {
    this.#engine = engine;
    this.#registry = registry;
    this.#timer = setInterval(() => void this.#tick(), SAMPLE_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #tick(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      const isDue = this.#count++ % SAMPLES_PER_MEASUREMENT === 0;
      // The usage is shown only while a page is open.
      if (isDue && this.watchers.size > 0) await this.#measureUsage();
      this.#add(await this.#sample());
    } catch (error) {
      // Else the process table cannot be read: no sample.
      if ((error as { code?: unknown }).code === 'ERR_ENGINE_CLOSED') this.#engineClosed();
    } finally {
      this.#isBusy = false;
    }
  }

  #engineClosed(): void {
    this.stop();
    this.onEngineClosed();
  }

  async #sample(): Promise<Sample> {
    const { running, queued, paused, totalBytes, totalLines } = await this.#engine.stats();
    const at = performance.now();
    const { at: lastAt, bytes, lines } = this.#last;
    const seconds = (at - lastAt) / 1000;
    this.#last = { at, bytes: totalBytes, lines: totalLines };
    return {
      at: Date.now(),
      running,
      queued,
      bytesPerSecond: (totalBytes - bytes) / seconds,
      linesPerSecond: (totalLines - lines) / seconds,
      paused,
      ...(running > 0 ? this.#usage : UNKNOWN_USAGE),
    };
  }

  #add(sample: Sample): void {
    this.samples.push(sample);
    if (this.samples.length > MAX_SAMPLES) this.samples.shift();
    for (const watcher of this.watchers) watcher(sample);
  }

  async #measureUsage(): Promise<void> {
    const running = this.#registry.running();
    if (running.length === 0 || !isSupported()) return;
    const usage = await treeUsage(running.map(({ pid }) => pid));
    const at = performance.now();
    const cpu = new Map<string, { at: number; ms: number }>();
    const sum = { cpuPercent: 0, memoryBytes: 0 };
    for (const { id, pid } of running) {
      const { cpuMs, memoryBytes } = usage.get(pid) ?? { cpuMs: 0, memoryBytes: 0 };
      cpu.set(id, { at, ms: cpuMs });
      const cpuPercent = this.#cpuPercent(id, at, cpuMs);
      sum.cpuPercent += cpuPercent ?? 0;
      sum.memoryBytes += memoryBytes;
      const memory = { bytes: memoryBytes, kind: 'now' } as const;
      this.#registry.setUsage(id, { cpuMs, cpuPercent, memory });
    }
    this.#lastCpu = cpu;
    this.#usage = sum;
  }

  /** Since the last measurement; `null` for the first one. */
  #cpuPercent(id: string, at: number, cpuMs: number): number | null {
    const last = this.#lastCpu.get(id);
    if (last === undefined) return null;
    return Math.max(0, (100 * (cpuMs - last.ms)) / (at - last.at));
  }
}
