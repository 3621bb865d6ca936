/** The lines of a plan in another process, for one iterator. */

import type { PlanLine } from '../../../types/plan';
import type { RemoteConnection } from './remote-connection';

interface Waiter {
  resolve(result: IteratorResult<PlanLine, undefined>): void;
  reject(error: unknown): void;
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** A batch is acknowledged when the consumer has taken it. Batches that are not acknowledged hold the steps back. */
class RemotePlanLines {
  readonly #connection: RemoteConnection;
  readonly #outcome: () => Promise<unknown>;
  readonly #batches: (readonly PlanLine[])[] = [];
  readonly #waiters: Waiter[] = [];
  #reader = 0;
  /** The next line of the first batch. */
  #at = 0;
  #hasEnded = false;
  #isClosed = false;
  #error: unknown;

  /** `outcome` rejects with the error of an invalid plan. */
  constructor(connection: RemoteConnection, planId: string, outcome: () => Promise<unknown>) {
    this.#connection = connection;
    this.#outcome = outcome;
    void this.#read(planId);
  }

  next(): Promise<IteratorResult<PlanLine, undefined>> {
    if (this.#isClosed) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#pump();
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#batches.length = 0;
    if (!this.#hasEnded) this.#connection.notify('stop_lines', { reader: this.#reader });
    for (const { resolve } of this.#waiters.splice(0)) resolve(DONE);
  }

  async #read(planId: string): Promise<void> {
    const take = (lines: readonly PlanLine[]): void => {
      if (this.#isClosed) return;
      this.#batches.push(lines);
      this.#pump();
    };
    const { reader, end } = this.#connection.readPlan(planId, take);
    this.#reader = reader;
    try {
      await end;
    } catch (error) {
      this.#error = error;
    }
    this.#hasEnded = true;
    this.#pump();
  }

  #pump(): void {
    while (this.#waiters.length > 0) {
      const batch = this.#batches[0];
      if (batch === undefined) break;
      if (this.#at >= batch.length) {
        this.#batches.shift();
        this.#at = 0;
        if (!this.#hasEnded)
          this.#connection.notify('lines_taken', { reader: this.#reader, count: 1 });
        continue;
      }
      const value = batch[this.#at++] as PlanLine;
      this.#waiters.shift()?.resolve({ done: false, value });
    }
    if (this.#waiters.length > 0 && this.#hasEnded) this.#finish();
  }

  /** The first pending call rejects with a failure; the others are done. */
  #finish(): void {
    const first = this.#waiters.shift() as Waiter;
    const end = (): void => {
      if (this.#error === undefined) first.resolve(DONE);
      else first.reject(this.#error);
    };
    this.#outcome().then(end, first.reject);
    this.close();
  }
}

/** The lines are requested at the first call of `next()`. */
export function remotePlanLines(
  connection: RemoteConnection,
  planId: string,
  outcome: () => Promise<unknown>,
): AsyncIterableIterator<PlanLine> {
  let lines: RemotePlanLines | undefined;
  let isReturned = false;
  const iterator: AsyncIterableIterator<PlanLine> = {
    async next() {
      if (isReturned) return DONE;
      lines ??= new RemotePlanLines(connection, planId, outcome);
      return await lines.next();
    },
    async return() {
      isReturned = true;
      lines?.close();
      return DONE;
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
