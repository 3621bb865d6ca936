/**
 * Sends one page the output of one execution: the shown end of the kept output, then new output. A page that falls
 * behind blocks no command and uses no memory: it loses its place, and continues near the end.
 */

import type { ServerResponse } from 'node:http';
import type { OutputMessage } from '../messages';
import { JsonLinesResponse } from './json-lines-response';
import type { OutputTail, TextAmount } from './output-tail';
import { PacedSender } from './paced-sender';

const INTERVAL_MS = 50;
/** Maximum of one message: what a page can show in an interval without dropping frames. */
const MAX_MESSAGE: TextAmount = { chars: 131_072, lines: 2000 };
/** How far from the end a page continues after it has fallen behind. */
const RESUME_DISTANCE: TextAmount = { chars: 65_536, lines: 1000 };
/** Time without output after which `caughtUp` is sent to a page that has skipped lines. */
const QUIET_MS = 400;
const KEEP_ALIVE_MS = 5000;

export class OutputResponse {
  readonly #tail: OutputTail;
  readonly #lines: JsonLinesResponse<OutputMessage>;
  readonly #sender: PacedSender;
  readonly #liveFrom: number;
  #nextSeq: number;
  #hasSkipped = false;
  #quietTimer: NodeJS.Timeout | undefined;

  /** `fromSeq`: the number of the first piece that the page has not received. */
  constructor(response: ServerResponse, tail: OutputTail, fromSeq: number) {
    this.#tail = tail;
    this.#liveFrom = tail.nextSeq;
    this.#nextSeq = Math.min(fromSeq, tail.nextSeq);
    this.#lines = new JsonLinesResponse(response, () => this.#schedule());
    this.#sender = new PacedSender(INTERVAL_MS, () => {
      if (this.#lines.isReady) this.#send();
    });
    // Output from before the shown part is no gap of this page: `caughtUp` would not bring it back.
    if (this.#nextSeq < tail.shownSeq) this.#skipTo(tail.shownSeq);
    const onChange = () => this.#schedule();
    tail.watchers.add(onChange);
    const keepAlive = setInterval(() => this.#sendAlive(), KEEP_ALIVE_MS);
    this.#lines.onClose(() => {
      tail.watchers.delete(onChange);
      this.#sender.stop();
      clearTimeout(this.#quietTimer);
      clearInterval(keepAlive);
    });
    this.#schedule();
  }

  #schedule(): void {
    if (!this.#lines.isReady) return;
    if (!this.#isUpToDate() || this.#tail.ended) this.#sender.schedule();
  }

  #send(): void {
    const tail = this.#tail;
    if (this.#nextSeq < tail.shownSeq) {
      this.#hasSkipped = true;
      this.#skipTo(tail.seqNearEnd(RESUME_DISTANCE));
    }
    const chunks = tail.read(this.#nextSeq, MAX_MESSAGE);
    const last = chunks.at(-1);
    if (last !== undefined) {
      this.#nextSeq = last.nextSeq;
      this.#lines.write({ type: 'text', chunks, isKept: last.nextSeq <= this.#liveFrom });
    }
    if (!this.#isUpToDate()) this.#schedule();
    else if (tail.ended) this.#end();
    else this.#waitUntilQuiet();
  }

  #skipTo(seq: number): void {
    const kept = seq - Math.max(this.#nextSeq, this.#tail.firstSeq);
    this.#lines.write({ type: 'skipped', lines: seq - this.#nextSeq, kept, nextSeq: seq });
    this.#nextSeq = seq;
  }

  #isUpToDate(): boolean {
    return this.#nextSeq >= this.#tail.nextSeq;
  }

  #waitUntilQuiet(): void {
    clearTimeout(this.#quietTimer);
    if (!this.#hasSkipped) return;
    this.#quietTimer = setTimeout(() => {
      if (!this.#isUpToDate() || !this.#lines.isReady) return;
      this.#hasSkipped = false;
      this.#lines.write({ type: 'caughtUp' });
    }, QUIET_MS);
  }

  #end(): void {
    if (this.#hasSkipped) this.#lines.write({ type: 'caughtUp' });
    this.#lines.write({ type: 'end' });
    this.#lines.end();
  }

  #sendAlive(): void {
    if (this.#lines.isReady) this.#lines.write({ type: 'alive' });
  }
}
