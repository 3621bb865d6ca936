/** Follows the progress of one execution: what it says of itself, told at a pace that people follow. */

import { publish } from './events';
import type { LiveExecution } from './live';
import type { ProgressRule } from './options/progress';
import {
  type ProgressFinder,
  type ProgressState,
  patternFinder,
  sequenceFinder,
} from './progress-hits';

/** Between two events. */
const PACE_MS = 50;

/** The progress of an execution, brought to its listeners. */
export function progressOf(live: LiveExecution, rule: ProgressRule): Progress {
  const { id: executionId, emitters, resource } = live;
  return new Progress(rule, (state, timestamp) => {
    const payload = { executionId, timestamp, ...state };
    resource.runInAsyncScope(publish, undefined, emitters, 'progress', payload);
  });
}

type Tell = (state: ProgressState, timestamp: number) => void;

export class Progress {
  readonly #finders: ProgressFinder[];
  readonly #tell: Tell;
  #last: ProgressState | undefined;
  #waiting: { state: ProgressState; timestamp: number } | undefined;
  /** Runs for the pace after each event. */
  #timer: NodeJS.Timeout | undefined;

  constructor({ pattern }: ProgressRule, tell: Tell) {
    this.#tell = tell;
    this.#finders = [sequenceFinder()];
    // Where both speak, the pattern is what was asked for.
    if (pattern !== undefined) this.#finders.unshift(patternFinder(pattern));
  }

  /** A batch of lines. Of several states in one of them the last counts. */
  take(stream: 0 | 1, text: string, partial: boolean, timestamp: number): void {
    // Each has to see all of the text, for what goes on in the next one.
    const found = this.#finders.map((finder) => finder.find(stream, text, partial));
    const state = found.find((one) => one !== undefined);
    if (state === undefined) return;
    this.#waiting = { state, timestamp };
    if (this.#timer === undefined) this.#next();
  }

  /** Tells what still waits. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flush();
  }

  #next(): void {
    this.#timer = this.#flush() ? setTimeout(() => this.#next(), PACE_MS).unref() : undefined;
  }

  /** Whether there was something new. */
  #flush(): boolean {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined || isSame(waiting.state, this.#last)) return false;
    this.#last = waiting.state;
    this.#tell(waiting.state, waiting.timestamp);
    return true;
  }
}

function isSame(a: ProgressState, b: ProgressState | undefined): boolean {
  return a.fraction === b?.fraction && a.label === b.label;
}
