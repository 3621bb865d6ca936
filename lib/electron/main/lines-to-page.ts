/** Sends the lines of one execution to one page and counts the lines that the page missed. */

import type { OutputStream } from '../../../types/events';
import type { PageOutbox } from './page-outbox';

export class LinesToPage {
  readonly #outbox: PageOutbox;
  readonly #watch: number;
  readonly #executionId: string;
  #skipped = 0;

  constructor(outbox: PageOutbox, watch: number, executionId: string) {
    this.#outbox = outbox;
    this.#watch = watch;
    this.#executionId = executionId;
  }

  line(
    stream: OutputStream,
    line: string,
    seq: number,
    partial: boolean,
    key: string | null,
  ): void {
    if (!this.#outbox.hasRoom) {
      this.#skipped++;
      return;
    }
    if (this.#skipped > 0) this.reportSkipped();
    const output = { executionId: this.#executionId, key, stream, firstSeq: seq, partial };
    this.#outbox.line(this.#watch, line, output);
  }

  /** Call it before the next event, so that the page gets them in order. */
  reportSkipped(): void {
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
