/** The load of the last five minutes: current values, and a chart of two lines with separate scales. */

import type { Sample } from '../messages';
import { byId, setText } from './dom';
import { bytes, count, percent } from './format';
import { MAX_SAMPLES, type Store } from './store';

const WIDTH = 300;
const HEIGHT = 60;
/** The label for screen readers changes once in this number of samples. */
const SAMPLES_PER_LABEL = 5;

export class Chart {
  readonly #store: Store;
  readonly #chart = byId<SVGElement>('chart');
  #renders = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  render(): void {
    const { samples, maxConcurrent, isOpen } = this.#store;
    // Without a connection, the load is not known.
    const last = isOpen ? samples.at(-1) : undefined;
    const none = isOpen ? '0' : '–';
    setText(byId('tile-running'), last === undefined ? none : count(last.running));
    setText(byId('tile-limit'), isOpen ? ` of ${maxConcurrent}` : '');
    setText(byId('tile-queued'), last === undefined ? none : count(last.queued));
    byId('tile-paused').hidden = last?.paused !== true;
    setText(byId('tile-cpu'), last?.cpuPercent == null ? '–' : percent(last.cpuPercent));
    setText(byId('tile-memory'), last?.memoryBytes == null ? '–' : bytes(last.memoryBytes));
    setText(byId('tile-output'), isOpen ? `${bytes(last?.bytesPerSecond ?? 0)}/s` : '–');
    this.#draw(samples);
  }

  #draw(samples: readonly Sample[]): void {
    const running = samples.map((sample) => sample.running);
    const output = samples.map((sample) => sample.bytesPerSecond);
    const peak = { running: Math.max(...running, 0), output: Math.max(...output, 0) };
    const line = linePath(running, peak.running);
    byId('chart-running').setAttribute('d', line);
    byId('chart-area').setAttribute(
      'd',
      line === '' ? '' : `${line}V${HEIGHT}H${startOf(samples)}Z`,
    );
    byId('chart-output').setAttribute('d', linePath(output, peak.output));
    const peaks = `peak ${count(peak.running)} running, ${bytes(peak.output)}/s`;
    setText(byId('chart-peaks'), peaks);
    if (this.#renders++ % SAMPLES_PER_LABEL === 0) this.#updateLabel(samples.at(-1), peaks);
  }

  #updateLabel(last: Sample | undefined, peaks: string): void {
    const now =
      last === undefined ? 'unknown' : `${last.running} running, ${bytes(last.bytesPerSecond)}/s`;
    this.#chart.setAttribute('aria-label', `Load of the last five minutes: now ${now}; ${peaks}`);
  }
}

const STEP = WIDTH / (MAX_SAMPLES - 1);

const startOf = (values: readonly unknown[]): number => WIDTH - (values.length - 1) * STEP;

/** The last value is at the right edge. */
function linePath(values: readonly number[], peak: number): string {
  if (values.length < 2) return '';
  const start = startOf(values);
  const points = values.map((value, index) => {
    const y = HEIGHT - 1 - (peak === 0 ? 0 : (value / peak) * (HEIGHT - 4));
    return `${(start + index * STEP).toFixed(1)} ${y.toFixed(1)}`;
  });
  return `M${points.join('L')}`;
}
