/** What the status line of `run` knows of its execution. */

import type { Execution } from '../../types/api';
import { Meter } from './meter';
import { statusText } from './status-text';
import { CpuMeter } from './tree-cpu';

interface Progress {
  fraction?: number;
  label?: string;
}

export class RunStatus {
  readonly meter = new Meter(performance.now());
  readonly #since = performance.now();
  readonly #cpu = new CpuMeter();
  #execution: Execution | undefined;
  #progress: Progress = {};

  follow(execution: Execution): void {
    this.#execution = execution;
    // By name: an engine that does not recognise progress never emits it.
    const listen = execution.on as (name: string, listener: (event: Progress) => void) => unknown;
    listen.call(execution, 'progress', (event) => {
      this.#progress = event;
    });
  }

  text(columns: number): string {
    const now = performance.now();
    const { fraction, label } = this.#progress;
    const cpuPercent = this.#cpu.percent(this.#execution?.pid, now);
    const elapsedMs = now - this.#since;
    return statusText(
      { elapsedMs, ...this.meter.rates(now), cpuPercent, fraction, label },
      columns,
    );
  }
}
