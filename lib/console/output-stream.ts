/**
 * Sends the output of one execution to one page: what is kept of it, then what comes. A page that cannot keep up holds
 * nobody up and costs no memory: it loses its place in the tail, and goes on near the end.
 */

import type { ServerResponse } from 'node:http';
import { JsonLines } from './json-lines';
import type { Tail } from './tail';
import type { OutputMessage } from './wire';

/** The shortest time between two messages. */
const PACE_MS = 50;
/** The most of one message: what a page shows within the pace without dropping frames. */
const MESSAGE = { chars: 131_072, lines: 2000 };
/** Where a page goes on that has fallen behind: so far from the end. */
const NEAR_END = { chars: 65_536, lines: 1000 };
/** Silence after which a page that has missed something is told that it has all the rest. */
const CALM_MS = 400;
const ALIVE_MS = 5000;

export class OutputStream {
  readonly #tail: Tail;
  readonly #lines: JsonLines<OutputMessage>;
  #nextSeq: number;
  #hasSkipped = false;
  #sentAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #calm: NodeJS.Timeout | undefined;

  /** `fromSeq`: the number of the first piece that the page has not got. */
  constructor(response: ServerResponse, tail: Tail, fromSeq: number) {
    this.#tail = tail;
    this.#nextSeq = Math.min(fromSeq, tail.nextSeq);
    this.#lines = new JsonLines(response, () => this.#plan());
    // What is no longer kept is told once, ahead of the rest; only what is lost later is a loss of this page.
    if (this.#nextSeq < tail.firstSeq) this.#skipTo(tail.firstSeq);
    const plan = () => this.#plan();
    tail.watchers.add(plan);
    const alive = setInterval(() => this.#sayAlive(), ALIVE_MS);
    this.#lines.onClose(() => {
      tail.watchers.delete(plan);
      clearTimeout(this.#timer);
      clearTimeout(this.#calm);
      clearInterval(alive);
    });
    this.#plan();
  }

  #plan(): void {
    if (this.#timer !== undefined || !this.#lines.isReady) return;
    if (this.#isUpToDate() && !this.#tail.ended) return;
    const wait = Math.max(0, this.#sentAt + PACE_MS - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#lines.isReady) this.#send();
    }, wait);
  }

  #send(): void {
    const tail = this.#tail;
    if (this.#nextSeq < tail.firstSeq) {
      this.#hasSkipped = true;
      this.#skipTo(tail.seqNearEnd(NEAR_END));
    }
    const chunks = tail.read(this.#nextSeq, MESSAGE);
    const last = chunks.at(-1);
    if (last !== undefined) {
      this.#nextSeq = last.nextSeq;
      this.#lines.write({ type: 'text', chunks });
    }
    this.#sentAt = performance.now();
    if (!this.#isUpToDate()) this.#plan();
    else if (tail.ended) this.#end();
    else this.#waitForCalm();
  }

  #skipTo(seq: number): void {
    this.#lines.write({ type: 'skipped', lines: seq - this.#nextSeq, nextSeq: seq });
    this.#nextSeq = seq;
  }

  #isUpToDate(): boolean {
    return this.#nextSeq >= this.#tail.nextSeq;
  }

  #waitForCalm(): void {
    clearTimeout(this.#calm);
    if (!this.#hasSkipped) return;
    this.#calm = setTimeout(() => {
      if (!this.#isUpToDate() || !this.#lines.isReady) return;
      this.#hasSkipped = false;
      this.#lines.write({ type: 'caughtUp' });
    }, CALM_MS);
  }

  #end(): void {
    if (this.#hasSkipped) this.#lines.write({ type: 'caughtUp' });
    this.#lines.write({ type: 'end' });
    this.#lines.end();
  }

  #sayAlive(): void {
    if (this.#lines.isReady) this.#lines.write({ type: 'alive' });
  }
}
