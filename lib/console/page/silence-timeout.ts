/**
 * Detects a dead connection, after the machine was suspended or a tunnel was closed: the server sends at least one
 * message in this time.
 */

const SILENCE_MS = 15_000;

/** Calls back when {@link SilenceTimeout.restart} is not called for a while. */
export class SilenceTimeout {
  readonly #onSilence: () => void;
  #timer: number | undefined;

  constructor(onSilence: () => void) {
    this.#onSilence = onSilence;
    this.restart();
  }

  restart(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(this.#onSilence, SILENCE_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
