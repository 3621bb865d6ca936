/** A set of indexes that returns the lowest one first: a binary heap. */

export class IndexHeap {
  readonly #heap: number[] = [];

  /** The lowest index, which stays; `undefined` if there is none. */
  get lowest(): number | undefined {
    return this.#heap[0];
  }

  add(index: number): void {
    let at = this.#heap.push(index) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#at(parent) <= index) break;
      this.#heap[at] = this.#at(parent);
      at = parent;
    }
    this.#heap[at] = index;
  }

  removeLowest(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    let at = 0;
    for (let child = 1; child < this.#heap.length; child = 2 * at + 1) {
      if (this.#at(child + 1) < this.#at(child)) child++;
      if (this.#at(child) >= last) break;
      this.#heap[at] = this.#at(child);
      at = child;
    }
    this.#heap[at] = last;
  }

  #at(position: number): number {
    return this.#heap[position] ?? Number.POSITIVE_INFINITY;
  }
}
