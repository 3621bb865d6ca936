/** The progress that one execution reports in its output, at a rate that people can follow. */

import type { ProgressRule } from '../options/progress';
import type { LinearPattern } from '../pattern/linear-pattern';
import {
  type ProgressFinder,
  type ProgressState,
  patternFinder,
  STEPS_PER_SEARCH,
  sequenceFinder,
} from './progress-matches';

/** The shortest time between two events, and between two searches that each cost all that a search may cost. */
const INTERVAL_MS = 50;

/** Of the output that waits for the next search the end is kept. */
const WAITING_LENGTH = 8192;

type Report = (state: ProgressState, timestamp: number) => void;

/** Lines of one stream that are not searched yet. */
interface Batch {
  text: string;
  partial: boolean;
  timestamp: number;
}

export class ProgressTracker {
  readonly #pattern: LinearPattern | undefined;
  readonly #finders: ProgressFinder[];
  readonly #report: Report;
  #last: ProgressState | undefined;
  #pending: { state: ProgressState; timestamp: number } | undefined;
  /** Output that arrived after the searches of this interval had cost enough. */
  #waiting: [Batch | undefined, Batch | undefined] = [undefined, undefined];
  /** The steps of the pattern at which searches wait for the next interval. */
  #lastStep = STEPS_PER_SEARCH;
  /** Runs for the interval after each event, and while output waits. */
  #timer: NodeJS.Timeout | undefined;

  constructor({ pattern }: ProgressRule, report: Report) {
    this.#pattern = pattern;
    this.#report = report;
    this.#finders = [sequenceFinder()];
    // The pattern goes first: it was requested, and wins over a sequence in the same batch.
    if (pattern !== undefined) this.#finders.unshift(patternFinder(pattern));
  }

  /** Takes a batch of lines. The last state in a batch counts. */
  take(stream: 0 | 1, text: string, partial: boolean, timestamp: number): void {
    if ((this.#pattern?.steps ?? 0) < this.#lastStep) {
      this.#search(stream, { text, partial, timestamp });
      if (this.#pending !== undefined && this.#timer === undefined) this.#next();
    } else {
      this.#waiting[stream] = joined(this.#waiting[stream], { text, partial, timestamp });
      this.#timer ??= this.#wait();
    }
  }

  /** Reports the pending state. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#searchWaiting();
    this.#flush();
  }

  #search(stream: 0 | 1, { text, partial, timestamp }: Batch): void {
    // Every finder gets the whole text, because a match can continue in the next batch.
    const found = this.#finders.map((finder) => finder.find(stream, text, partial));
    const state = found.find((one) => one !== undefined);
    if (state !== undefined) this.#pending = { state, timestamp };
  }

  /** Returns whether output was waiting. */
  #searchWaiting(): boolean {
    const waiting = this.#waiting;
    this.#waiting = [undefined, undefined];
    this.#lastStep = (this.#pattern?.steps ?? 0) + STEPS_PER_SEARCH;
    for (const stream of [0, 1] as const) {
      const batch = waiting[stream];
      if (batch !== undefined) this.#search(stream, batch);
    }
    return waiting.some((batch) => batch !== undefined);
  }

  #next(): void {
    const hasSearched = this.#searchWaiting();
    this.#timer = this.#flush() || hasSearched ? this.#wait() : undefined;
  }

  #wait(): NodeJS.Timeout {
    return setTimeout(() => this.#next(), INTERVAL_MS).unref();
  }

  /** Returns whether there was a new state to report. */
  #flush(): boolean {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending === undefined || isSame(pending.state, this.#last)) return false;
    this.#last = pending.state;
    this.#report(pending.state, pending.timestamp);
    return true;
  }
}

function isSame(a: ProgressState, b: ProgressState | undefined): boolean {
  return a.fraction === b?.fraction && a.label === b.label;
}

/** The end of both, from the beginning of a line. */
function joined(before: Batch | undefined, batch: Batch): Batch {
  const text = before === undefined ? batch.text : before.text + separatorOf(before) + batch.text;
  const end = text.slice(-WAITING_LENGTH);
  return end.length === text.length
    ? { ...batch, text }
    : { ...batch, text: end.slice(Math.max(end.search(/[\r\n]/), 0)) };
}

const separatorOf = ({ partial }: Batch): string => (partial ? '' : '\n');
