/** The lines of a plan in another process, for one iterator. */

import type { PlanLine } from '../../../types/plan';
import { iterateWhenAsked, WaitingReader } from '../../core/index';
import type { RemoteConnection } from './remote-connection';

/** A batch is acknowledged when the consumer has taken it. Batches that are not acknowledged hold the steps back. */
class RemotePlanLines extends WaitingReader<PlanLine> {
  readonly #connection: RemoteConnection;
  readonly #result: () => Promise<unknown>;
  readonly #batches: (readonly PlanLine[])[] = [];
  #reader = 0;
  /** The next line of the first batch. */
  #at = 0;
  #hasEnded = false;
  #error: unknown;

  /** `result` rejects with the error of an invalid plan. */
  constructor(connection: RemoteConnection, planId: string, result: () => Promise<unknown>) {
    super();
    this.#connection = connection;
    this.#result = result;
    void this.#read(planId);
  }

  async #read(planId: string): Promise<void> {
    const receive = (lines: readonly PlanLine[]): void => {
      if (this.isClosed) return;
      this.#batches.push(lines);
      this.pump();
    };
    const { reader, end } = this.#connection.readPlan(planId, receive);
    this.#reader = reader;
    try {
      await end;
    } catch (error) {
      this.#error = error;
    }
    this.#hasEnded = true;
    this.pump();
  }

  protected override take(): PlanLine | undefined {
    for (let batch = this.#batches[0]; batch !== undefined; batch = this.#batches[0]) {
      if (this.#at < batch.length) return batch[this.#at++];
      this.#batches.shift();
      this.#at = 0;
      if (!this.#hasEnded) this.#notify('lines_taken', { count: 1 });
    }
    return undefined;
  }

  protected override isAtEnd(): boolean {
    return this.#hasEnded;
  }

  protected override async outcome(): Promise<void> {
    await this.#result();
    if (this.#error !== undefined) throw this.#error;
  }

  protected override release(): void {
    this.#batches.length = 0;
    if (!this.#hasEnded) this.#notify('stop_lines', {});
  }

  #notify(type: 'lines_taken' | 'stop_lines', fields: { count?: number }): void {
    this.#connection.notify(type, { reader: this.#reader, ...fields });
  }
}

/** The lines are requested at the first call of `next()`. */
export const remotePlanLines = (
  connection: RemoteConnection,
  planId: string,
  result: () => Promise<unknown>,
): AsyncIterableIterator<PlanLine> =>
  iterateWhenAsked(() => new RemotePlanLines(connection, planId, result));
