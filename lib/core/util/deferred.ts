/** A promise that its owner resolves. The promise is created only when something waits for it. */
export class Deferred {
  #isResolved = false;
  #promise: Promise<void> | undefined;
  #settle: (() => void) | undefined;

  get isResolved(): boolean {
    return this.#isResolved;
  }

  resolve(): void {
    this.#isResolved = true;
    this.#settle?.();
  }

  wait(): Promise<void> {
    if (this.#isResolved) return Promise.resolve();
    this.#promise ??= new Promise((resolve) => {
      this.#settle = resolve;
    });
    return this.#promise;
  }
}
