/** The lines of a plan for one reader of the client, at the pace of the reader. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PlanLine, PlanRun } from '../../../types/plan';

/** Characters that may be sent and not acknowledged. Enough to hide the round trip. */
const WINDOW = 256 * 1024;

const MAX_LINES = 256;

export type SendPlanLines = (lines: readonly PlanLine[], written: () => void) => void;

/** Lines that the reader has not taken are not asked for, which holds the steps back. */
export class PlanFeed {
  readonly #lines: AsyncIterator<PlanLine, unknown>;
  readonly #send: SendPlanLines;
  /** The characters of the batches that are sent and not acknowledged. */
  readonly #sent: number[] = [];
  #inFlight = 0;
  /** Whether the client can acknowledge. Otherwise a batch counts as taken when it is written. */
  #awaitsAcks = true;
  #isStopped = false;
  #wake: () => void = () => undefined;

  constructor(run: PlanRun, send: SendPlanLines) {
    this.#lines = run[Symbol.asyncIterator]();
    this.#send = send;
  }

  /** Resolves after the last line. Rejects with the error of an invalid plan. */
  async run(): Promise<void> {
    let next = this.#lines.next();
    while (!this.#isStopped) {
      const batch: PlanLine[] = [];
      let result = await next;
      while (!result.done) {
        batch.push(result.value);
        next = this.#lines.next();
        if (batch.length >= MAX_LINES || !(await isSettled(next))) break;
        result = await next;
      }
      if (batch.length > 0) await this.#deliver(batch);
      if (result.done) return;
    }
  }

  acknowledge(count: number): void {
    for (const characters of this.#sent.splice(0, count)) this.#inFlight -= characters;
    this.#wake();
  }

  /** Called at the end of the input: no more acknowledgements arrive. */
  stopAwaitingAcks(): void {
    this.#awaitsAcks = false;
    this.acknowledge(this.#sent.length);
  }

  flush(): void {
    this.stopAwaitingAcks();
  }

  /** The client reads no further. */
  stop(): void {
    this.#isStopped = true;
    this.stopAwaitingAcks();
    void this.#lines.return?.();
  }

  async #deliver(batch: readonly PlanLine[]): Promise<void> {
    while (this.#awaitsAcks && this.#inFlight >= WINDOW) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#isStopped) return;
    const characters = batch.reduce((sum, { line }) => sum + line.length + 1, 0);
    if (this.#awaitsAcks) {
      this.#sent.push(characters);
      this.#inFlight += characters;
      this.#send(batch, () => undefined);
      return;
    }
    await new Promise<void>((resolve) => this.#send(batch, resolve));
  }
}

/** Whether a promise settles in this turn. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const settled = promise.then(
    () => true,
    () => true,
  );
  return await Promise.race([settled, nextTurn(false)]);
}
