/** The output of one execution: what is kept, and what its readers and listeners get. */

import {
  type BatchReader,
  Deferred,
  type ExecutionEmitter,
  type LineBatch,
  type LineSource,
  publishLines,
  STREAM_NAMES,
} from '../core/index';

/** Rejects with the error that a reader throws at the end, if there is one. */
type Failure = () => Promise<void>;

export class TestOutput {
  readonly #executionId: string;
  readonly #key: string | null;
  readonly #maxPendingBytes: number;
  readonly #batches: LineBatch[] = [];
  readonly #readers = new Set<BatchReader>();
  readonly #texts: [string, string] = ['', ''];
  #lines = 0;
  #held = 0;
  #room = new Deferred();
  #isOver = false;

  constructor(executionId: string, key: string | null, maxPendingBytes: number) {
    this.#executionId = executionId;
    this.#key = key;
    this.#maxPendingBytes = maxPendingBytes;
  }

  get texts(): readonly [string, string] {
    return this.#texts;
  }

  get lines(): number {
    return this.#lines;
  }

  /** `text`: what is kept, if it differs from whole lines. */
  push(
    emitters: readonly ExecutionEmitter[],
    stream: 0 | 1,
    lines: string[],
    text = `${lines.join('\n')}\n`,
  ): void {
    this.#texts[stream] += text;
    if (lines.length === 0) return;
    const timestamp = Date.now();
    const firstSeq = this.#lines;
    const count = lines.length;
    this.#lines += count;
    const batch = { stream, firstSeq, count, partial: false, text: lines.join('\n'), timestamp };
    this.#batches.push(batch);
    for (const reader of [...this.#readers]) reader.push(batch, batch.text.length + 1);
    const event = { executionId: this.#executionId, timestamp, key: this.#key };
    publishLines(emitters, { ...event, stream, firstSeq, partial: false, lines });
  }

  /** Resolves when the readers have taken enough. */
  async taken(): Promise<void> {
    while (this.#held > this.#maxPendingBytes && !this.#isOver) await this.#room.wait();
  }

  end(): void {
    this.#isOver = true;
    this.#changed();
    for (const reader of [...this.#readers]) reader.end();
    this.#readers.clear();
  }

  source(failure: Failure): LineSource {
    return {
      attach: (reader) => {
        if (this.#isOver) reader.end();
        else this.#readers.add(reader);
      },
      detach: (reader) => void this.#readers.delete(reader),
      replay: (done) => done(null, [...this.#batches]),
      hold: (bytes) => {
        this.#held += bytes;
      },
      release: (bytes) => {
        this.#held -= bytes;
        this.#changed();
      },
      failure,
    };
  }

  #changed(): void {
    const room = this.#room;
    this.#room = new Deferred();
    room.resolve();
  }
}

export const streamNumber = (name: 'stdout' | 'stderr'): 0 | 1 =>
  STREAM_NAMES.indexOf(name) as 0 | 1;
