/** A moment that comes once. Cheap while nobody waits for it. */
export class Moment {
  #happened = false;
  #promise: Promise<void> | undefined;
  #resolve: (() => void) | undefined;

  get happened(): boolean {
    return this.#happened;
  }

  happen(): void {
    this.#happened = true;
    this.#resolve?.();
  }

  wait(): Promise<void> {
    if (this.#happened) return Promise.resolve();
    this.#promise ??= new Promise((resolve) => {
      this.#resolve = resolve;
    });
    return this.#promise;
  }
}
