/** The lines of one execution for one reader of the client, at the pace of the reader. */

import type { NativeBatch } from '../../../types/native';
import type { BatchReader, LineBatch, LineSource } from '../../core/index';

/** Characters that may be sent and not acknowledged. Enough to hide the round trip. */
const WINDOW = 256 * 1024;

interface Entry {
  batch: LineBatch;
  /** Bytes that are counted with `hold()`. */
  held: number;
}

export interface FeedSink {
  /** `written`: called when the batch was written or dropped. */
  send(batch: LineBatch, written: () => void): void;
  /** Called after the last batch, or with the error that prevents the rest. */
  finish(error: Error | null): void;
}

/**
 * First the retained lines, then new ones. The client acknowledges what its consumer has taken; until
 * then a batch counts as not consumed, here and in the engine.
 */
export class LineFeed implements BatchReader {
  readonly #source: LineSource;
  readonly #sink: FeedSink;
  #queue: Entry[] = [];
  /** Sent and not acknowledged. */
  #sent: Entry[] = [];
  /** The characters in `#sent`. */
  #inFlight = 0;
  /** Whether the client can acknowledge. Otherwise a batch counts as consumed when it is written. */
  #awaitsAcks = true;
  #phase: 'replaying' | 'live' | 'finished' = 'replaying';
  #ended = false;

  constructor(source: LineSource, sink: FeedSink) {
    this.#source = source;
    this.#sink = sink;
    source.attach(this);
    source.replay((error, batches) => this.#replayed(error, batches));
  }

  push(batch: LineBatch, bytes: number): void {
    // The replay contains the batches that arrive before it.
    if (this.#phase !== 'live') return;
    this.#queue.push({ batch, held: bytes });
    this.#source.hold(bytes);
    this.#send();
  }

  /** No more lines follow. The queued ones stop holding the command back. */
  end(): void {
    this.#ended = true;
    this.#releaseAll();
    this.#send();
  }

  /** The consumer has taken the next `count` batches. */
  acknowledge(count: number): void {
    for (const entry of this.#sent.splice(0, count)) {
      this.#inFlight -= entry.batch.text.length;
      this.#release(entry);
    }
    this.#send();
  }

  /** Called at the end of the input: no more acknowledgements arrive. */
  stopAwaitingAcks(): void {
    this.#awaitsAcks = false;
    for (const entry of this.#sent.splice(0)) this.#release(entry);
    this.#send();
  }

  /** Sends the queued lines and ends. Called after the end of the engine. */
  flush(): void {
    this.#ended = true;
    this.stopAwaitingAcks();
  }

  /** The consumer reads no further. */
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
    while (!this.#awaitsAcks || this.#inFlight < WINDOW) {
      const entry = this.#queue.shift();
      if (entry === undefined) break;
      if (this.#awaitsAcks) {
        this.#inFlight += entry.batch.text.length;
        this.#sent.push(entry);
      }
      this.#sink.send(entry.batch, () => {
        if (!this.#awaitsAcks) this.#release(entry);
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
