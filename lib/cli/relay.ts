/** From an execution to the display: takes pieces of lines, gathers them, waits where it is full. */

import type { Execution, ExecutionLine } from '../../types/api';
import type { ExecutionResult } from '../../types/result';

/** Characters that are gathered at most: more is handed over at once. */
const CHUNK = 65_536;

export abstract class Relay {
  #scheduled = false;
  #gathered = 0;

  /** Takes a piece. A promise: the execution waits for it. */
  take(piece: ExecutionLine): Promise<void> | undefined {
    this.add(piece);
    this.#gathered += piece.line.length + 1;
    if (this.#gathered >= CHUNK) return this.#handOver();
    if (!this.#scheduled) {
      // What is there now comes before that: it goes out together.
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.#gathered = 0;
        this.flush();
      });
    }
    return this.busy();
  }

  /** A flood must leave room for signals, timers and errors: once around the event loop. */
  async #handOver(): Promise<void> {
    this.#gathered = 0;
    this.flush();
    await new Promise((resolve) => setImmediate(resolve));
    await this.busy();
  }

  protected abstract add(piece: ExecutionLine): void;
  /** Hands over what is gathered. */
  protected abstract flush(): void;
  /** Settles when more can be taken; `undefined`: now. */
  protected abstract busy(): Promise<void> | undefined;
  /** The execution has ended, all pieces were taken. */
  abstract finish(result: ExecutionResult<Uint8Array>): Promise<void>;
}

/** All pieces of an execution, at the pace of the relay. What the execution fails of is not told here. */
export async function pump(run: Execution, relay: Relay): Promise<void> {
  const pieces = run[Symbol.asyncIterator]();
  for (;;) {
    const next = await pieces.next().catch(() => undefined);
    if (next === undefined || next.done === true) return;
    const wait = relay.take(next.value);
    if (wait !== undefined) await wait;
  }
}
