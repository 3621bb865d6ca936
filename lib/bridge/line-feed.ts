/** The lines of one execution for one reader on the other side, at its pace. */

import type { NativeBatch } from '../../types/native';
import type { BatchReader, LineBatch, LineSource } from '../lines';

/** Characters that may be under way. Enough to hide the way there and back. */
const WINDOW = 256 * 1024;

interface Entry {
  batch: LineBatch;
  /** Bytes for which the command is held back. */
  held: number;
}

export interface FeedSink {
  /** `written`: called when it is, or never will be. */
  send(batch: LineBatch, written: () => void): void;
  /** All is sent, or cannot be. */
  finish(error: Error | null): void;
}

/**
 * First what is kept, then what comes. The other side says what its consumer has taken, and until
 * then it counts as not taken, here and in the engine.
 */
export class LineFeed implements BatchReader {
  readonly #source: LineSource;
  readonly #sink: FeedSink;
  #queue: Entry[] = [];
  /** Sent and not taken. */
  #sent: Entry[] = [];
  #underWay = 0;
  /** The other side says what is taken. */
  #isConfirmed = true;
  #phase: 'replaying' | 'live' | 'finished' = 'replaying';
  #ended = false;

  constructor(source: LineSource, sink: FeedSink) {
    this.#source = source;
    this.#sink = sink;
    source.attach(this);
    source.replay((error, batches) => this.#replayed(error, batches));
  }

  push(batch: LineBatch, bytes: number): void {
    // Until the answer, it is among what is replayed.
    if (this.#phase !== 'live') return;
    this.#queue.push({ batch, held: bytes });
    this.#source.hold(bytes);
    this.#send();
  }

  /** What still waits is the consumer's own, and holds nobody up. */
  end(): void {
    this.#ended = true;
    this.#releaseAll();
    this.#send();
  }

  /** The consumer has taken so many batches. */
  taken(count: number): void {
    for (const entry of this.#sent.splice(0, count)) {
      this.#underWay -= entry.batch.text.length;
      this.#release(entry);
    }
    this.#send();
  }

  /** Nobody says any more what is taken: what is written counts as such. */
  goOnUnconfirmed(): void {
    this.#isConfirmed = false;
    for (const entry of this.#sent.splice(0)) this.#release(entry);
    this.#send();
  }

  /** Sends what still waits, and ends. For when nothing more comes, as the engine has ended. */
  flush(): void {
    this.#ended = true;
    this.goOnUnconfirmed();
  }

  /** The consumer wants no more. */
  stop(): void {
    if (this.#phase !== 'finished') this.#finish(null);
  }

  #replayed(error: Error | null, batches: readonly NativeBatch[]): void {
    if (this.#phase !== 'replaying') return;
    this.#phase = 'live';
    if (error !== null) {
      this.#finish(error);
      return;
    }
    this.#queue = batches.map((batch) => ({ batch, held: 0 }));
    this.#send();
  }

  #send(): void {
    if (this.#phase !== 'live') return;
    while (!this.#isConfirmed || this.#underWay < WINDOW) {
      const entry = this.#queue.shift();
      if (entry === undefined) break;
      if (this.#isConfirmed) {
        this.#underWay += entry.batch.text.length;
        this.#sent.push(entry);
      }
      this.#sink.send(entry.batch, () => {
        if (!this.#isConfirmed) this.#release(entry);
      });
    }
    if (this.#ended && this.#queue.length === 0) this.#finish(null);
  }

  #finish(error: Error | null): void {
    this.#phase = 'finished';
    this.#releaseAll();
    this.#queue = [];
    this.#sent = [];
    this.#source.detach(this);
    this.#sink.finish(error);
  }

  #release(entry: Entry): void {
    if (entry.held > 0) this.#source.release(entry.held);
    entry.held = 0;
  }

  #releaseAll(): void {
    let held = 0;
    for (const entry of [...this.#queue, ...this.#sent]) {
      held += entry.held;
      entry.held = 0;
    }
    if (held > 0) this.#source.release(held);
  }
}
