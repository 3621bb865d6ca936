/** Rates of the output: lines and bytes per second. */

/** Short enough to follow changes, long enough for a steady value. */
const WINDOW_MS = 2000;

interface Sample {
  at: number;
  lines: number;
  bytes: number;
}

export interface OutputRates {
  linesPerSecond: number;
  bytesPerSecond: number;
}

export class OutputMeter {
  #lines = 0;
  #bytes = 0;
  readonly #samples: Sample[];

  /** `now`, here and below: milliseconds of a monotonic clock. */
  constructor(now: number) {
    this.#samples = [{ at: now, lines: 0, bytes: 0 }];
  }

  add(lines: number, bytes: number): void {
    this.#lines += lines;
    this.#bytes += bytes;
  }

  /** Each call is also a sample for later calls. */
  rates(now: number): OutputRates {
    const samples = this.#samples;
    while (samples.length > 1 && (samples[1] as Sample).at <= now - WINDOW_MS) samples.shift();
    const first = samples[0] as Sample;
    const seconds = (now - first.at) / 1000;
    samples.push({ at: now, lines: this.#lines, bytes: this.#bytes });
    if (seconds <= 0) return { linesPerSecond: 0, bytesPerSecond: 0 };
    return {
      linesPerSecond: (this.#lines - first.lines) / seconds,
      bytesPerSecond: (this.#bytes - first.bytes) / seconds,
    };
  }
}
