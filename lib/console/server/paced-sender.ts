/** Sends at most once per interval: a change schedules the next sending unless one is scheduled. */

export class PacedSender {
  readonly #intervalMs: number;
  readonly #send: () => void;
  #timer: NodeJS.Timeout | undefined;
  #sentAt = 0;

  constructor(intervalMs: number, send: () => void) {
    this.#intervalMs = intervalMs;
    this.#send = send;
  }

  schedule(): void {
    if (this.#timer !== undefined) return;
    const delay = Math.max(0, this.#sentAt + this.#intervalMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#sentAt = performance.now();
      this.#send();
    }, delay);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
