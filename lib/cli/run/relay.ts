/**
 * Forwards the output of an execution to the display: collects pieces of lines, and waits while the display is full.
 */

import type { Execution, ExecutionLine } from '../../../types/api';
import type { ExecutionResult } from '../../../types/result';

/** This many characters are written at once, without waiting for more. */
const MAX_COLLECTED = 65_536;

export abstract class Relay {
  #isScheduled = false;
  #collected = 0;

  /** Takes a piece. The caller waits for the returned promise before the next one. */
  take(piece: ExecutionLine): Promise<void> | undefined {
    this.add(piece);
    this.#collected += piece.line.length + 1;
    if (this.#collected >= MAX_COLLECTED) return this.#flushNow();
    if (!this.#isScheduled) {
      // Pieces that are already available come before the callback, so that one write contains them all.
      this.#isScheduled = true;
      setImmediate(() => {
        this.#isScheduled = false;
        this.#collected = 0;
        this.flush();
      });
    }
    return this.drained();
  }

  /** Waits for one turn of the event loop, so that a flood of output does not delay signals, timers and errors. */
  async #flushNow(): Promise<void> {
    this.#collected = 0;
    this.flush();
    await new Promise((resolve) => setImmediate(resolve));
    await this.drained();
  }

  protected abstract add(piece: ExecutionLine): void;
  /** Writes what was collected. */
  protected abstract flush(): void;
  /** Resolves when the display accepts more; `undefined` if it does already. */
  protected abstract drained(): Promise<void> | undefined;
  /** Called after the last piece, when the execution has ended. */
  abstract finish(result: ExecutionResult<Uint8Array>): Promise<void>;
}

/**
 * Forwards all pieces of an execution, at the pace of the relay. A failure of the execution is reported by its
 * result.
 */
export async function forwardOutput(execution: Execution, relay: Relay): Promise<void> {
  const pieces = execution[Symbol.asyncIterator]();
  for (;;) {
    const next = await pieces.next().catch(() => undefined);
    if (next === undefined || next.done === true) return;
    const drained = relay.take(next.value);
    if (drained !== undefined) await drained;
  }
}
