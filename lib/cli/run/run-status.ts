/** Collects the values of the status line. */

import type { Execution } from '../../../types/api';
import type { ProgressEvent } from '../../../types/events';
import { CpuMeter } from './cpu-meter';
import { OutputMeter } from './output-meter';
import { statusText } from './status-text';

export class RunStatus {
  readonly meter = new OutputMeter(performance.now());
  readonly #startedAt = performance.now();
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
    const { linesPerSecond, bytesPerSecond } = this.meter.rates(now);
    const facts = {
      elapsedMs: now - this.#startedAt,
      linesPerSecond,
      bytesPerSecond,
      cpuPercent: this.#cpu.percent(this.#execution?.pid, now),
      fraction: this.#progress.fraction ?? undefined,
      label: this.#progress.label ?? undefined,
    };
    return statusText(facts, columns);
  }
}
