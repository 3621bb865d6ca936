/** What the status line of `run` knows of its execution. */

import type { Execution } from '../../types/api';
import type { ProgressEvent } from '../../types/events';
import { Meter } from './meter';
import { statusText } from './status-text';
import { CpuMeter } from './tree-cpu';

export class RunStatus {
  readonly meter = new Meter(performance.now());
  readonly #since = performance.now();
  readonly #cpu = new CpuMeter();
  #execution: Execution | undefined;
  #progress: Pick<ProgressEvent, 'fraction' | 'label'> = { fraction: null, label: null };

  follow(execution: Execution): void {
    this.#execution = execution;
    execution.on('progress', (event) => {
      this.#progress = event;
    });
  }

  text(columns: number): string {
    const now = performance.now();
    const { fraction, label } = this.#progress;
    const cpuPercent = this.#cpu.percent(this.#execution?.pid, now);
    const elapsedMs = now - this.#since;
    return statusText(
      {
        elapsedMs,
        ...this.meter.rates(now),
        cpuPercent,
        fraction: fraction ?? undefined,
        label: label ?? undefined,
      },
      columns,
    );
  }
}
