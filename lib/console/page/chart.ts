/** The load of the last minutes: figures, and a small chart of two lines, each to a scale of its own. */

import type { Sample } from '../wire';
import { byId, setText } from './dom';
import { bytes, count, percent } from './format';
import { MAX_SAMPLES, type Store } from './store';

const WIDTH = 300;
const HEIGHT = 60;
/** Screen readers are given new figures so often, in samples. */
const LABEL_EVERY = 5;

export class Chart {
  readonly #store: Store;
  readonly #chart = byId<SVGElement>('chart');
  #renders = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  render(): void {
    const { samples, maxConcurrent } = this.#store;
    const last = samples.at(-1);
    setText(byId('tile-running'), count(last?.running ?? 0));
    setText(byId('tile-limit'), ` of ${maxConcurrent}`);
    setText(byId('tile-queued'), count(last?.queued ?? 0));
    setText(byId('tile-cpu'), last?.cpuPercent == null ? '–' : percent(last.cpuPercent));
    setText(byId('tile-memory'), last?.memoryBytes == null ? '–' : bytes(last.memoryBytes));
    setText(byId('tile-output'), `${bytes(last?.bytesPerSecond ?? 0)}/s`);
    this.#draw(samples);
  }

  #draw(samples: readonly Sample[]): void {
    const running = samples.map((sample) => sample.running);
    const output = samples.map((sample) => sample.bytesPerSecond);
    const most = { running: Math.max(...running, 0), output: Math.max(...output, 0) };
    const line = path(running, most.running);
    byId('chart-running').setAttribute('d', line);
    byId('chart-area').setAttribute(
      'd',
      line === '' ? '' : `${line}V${HEIGHT}H${startOf(samples)}Z`,
    );
    byId('chart-output').setAttribute('d', path(output, most.output));
    const peaks = `peak ${count(most.running)} running, ${bytes(most.output)}/s`;
    setText(byId('chart-peaks'), peaks);
    if (this.#renders++ % LABEL_EVERY === 0) this.#describe(samples.at(-1), peaks);
  }

  #describe(last: Sample | undefined, peaks: string): void {
    const now =
      last === undefined ? 'nothing' : `${last.running} running, ${bytes(last.bytesPerSecond)}/s`;
    this.#chart.setAttribute('aria-label', `Load of the last five minutes: now ${now}; ${peaks}`);
  }
}

const step = WIDTH / (MAX_SAMPLES - 1);

const startOf = (values: readonly unknown[]): number => WIDTH - (values.length - 1) * step;

/** The newest value is at the right edge. */
function path(values: readonly number[], most: number): string {
  if (values.length < 2) return '';
  const start = startOf(values);
  const points = values.map((value, index) => {
    const y = HEIGHT - 1 - (most === 0 ? 0 : (value / most) * (HEIGHT - 4));
    return `${(start + index * step).toFixed(1)} ${y.toFixed(1)}`;
  });
  return `M${points.join('L')}`;
}
