/** How much output comes, and how fast. */

/** The span over which a rate is taken, in milliseconds: short enough to be of now, and calm. */
const WINDOW_MS = 2000;

interface Sample {
  at: number;
  lines: number;
  bytes: number;
}

export interface Rates {
  linesPerSecond: number;
  bytesPerSecond: number;
}

export class Meter {
  #lines = 0;
  #bytes = 0;
  readonly #samples: Sample[];

  /** `now`: milliseconds of a monotonic clock, here and below. */
  constructor(now: number) {
    this.#samples = [{ at: now, lines: 0, bytes: 0 }];
  }

  add(lines: number, bytes: number): void {
    this.#lines += lines;
    this.#bytes += bytes;
  }

  /** Asked now and then; each answer is a sample for the later ones. */
  rates(now: number): Rates {
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
