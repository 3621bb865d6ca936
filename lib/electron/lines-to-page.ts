/** The lines of one execution on their way to one page, and the count of those it missed. */

import type { OutputStream } from '../../types/events';
import type { Outbox } from './outbox';

export class LinesToPage {
  readonly #outbox: Outbox;
  readonly #watch: number;
  readonly #executionId: string;
  #skipped = 0;

  constructor(outbox: Outbox, watch: number, executionId: string) {
    this.#outbox = outbox;
    this.#watch = watch;
    this.#executionId = executionId;
  }

  line(stream: OutputStream, line: string, seq: number, partial: boolean): void {
    if (!this.#outbox.hasRoom) {
      this.#skipped++;
      return;
    }
    if (this.#skipped > 0) this.tellSkipped();
    this.#outbox.line(this.#watch, this.#executionId, stream, line, seq, partial);
  }

  /** Ahead of what comes behind them. */
  tellSkipped(): void {
    if (this.#skipped === 0) return;
    const payload = {
      executionId: this.#executionId,
      timestamp: Date.now(),
      lines: this.#skipped,
    };
    this.#skipped = 0;
    this.#outbox.event(this.#watch, 'skipped', payload);
  }
}
