/** Waits for a place in an engine that has none. */

import type { ExecutionEngineApi } from '../../../types/api';
import { onAbort } from '../../core/index';

/** Between two tries without an event: the place of an execution that the engine's events do not report. */
const FIRST_TRY_MS = 10;
const LONGEST_TRY_MS = 500;

const known = new WeakMap<ExecutionEngineApi, Places>();

/** Those of an engine, which all plans on it share: one listener, and one timer. */
export function placesOf(engine: ExecutionEngineApi): Places {
  let places = known.get(engine);
  if (places === undefined) {
    places = new Places(engine);
    known.set(engine, places);
  }
  return places;
}

export class Places {
  readonly #engine: ExecutionEngineApi;
  readonly #waiters: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #tryMs = FIRST_TRY_MS;
  #isListening = false;

  constructor(engine: ExecutionEngineApi) {
    this.#engine = engine;
  }

  /** Resolves when there may be a place, or when `signal` aborts. */
  wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const leave = (): void => {
        const index = this.#waiters.indexOf(leave);
        if (index < 0) return;
        this.#waiters.splice(index, 1);
        stop();
        resolve();
        this.#update();
      };
      const stop = onAbort(signal, leave);
      this.#waiters.push(leave);
      this.#update();
    });
  }

  /** An execution has ended. All try: places of several executions can be free. */
  readonly #onSettled = (): void => {
    this.#tryMs = FIRST_TRY_MS;
    for (const leave of [...this.#waiters]) leave();
  };

  readonly #onTimer = (): void => {
    this.#timer = undefined;
    this.#tryMs = Math.min(this.#tryMs * 2, LONGEST_TRY_MS);
    this.#waiters[0]?.();
    this.#update();
  };

  #update(): void {
    const isNeeded = this.#waiters.length > 0;
    if (isNeeded) this.#timer ??= setTimeout(this.#onTimer, this.#tryMs);
    else {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    if (isNeeded === this.#isListening) return;
    this.#isListening = isNeeded;
    if (isNeeded) this.#engine.on('settled', this.#onSettled);
    else this.#engine.off('settled', this.#onSettled);
  }
}
