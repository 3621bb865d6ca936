/** The lines of an execution in another process, for the iterators of its handle. */

import type { WireLines } from '../../types/wire';
import type { BatchReader, LineSource } from '../lines';
import type { BridgeChannel, RemoteKey } from './channel';

/** What the lines belong to. */
export interface RemoteSubject {
  /** Resolves when the other side knows it, or never will. */
  known(): Promise<RemoteKey>;
  /** Rejects with what an iterator throws at the end, if it does. */
  failure(): Promise<void>;
}

/**
 * One source for each iterator. A batch that the consumer has taken is acknowledged, and what is not
 * holds the command back on the other side.
 */
export class RemoteLines implements LineSource {
  readonly #channel: BridgeChannel;
  readonly #subject: RemoteSubject;
  #attached: BatchReader | undefined;
  #reader = 0;
  #isHeld = false;
  #error: unknown;

  constructor(channel: BridgeChannel, subject: RemoteSubject) {
    this.#channel = channel;
    this.#subject = subject;
  }

  attach(reader: BatchReader): void {
    this.#attached = reader;
  }

  detach(): void {
    if (this.#attached === undefined) return;
    this.#attached = undefined;
    if (this.#reader !== 0) this.#channel.tell('stop_lines', { reader: this.#reader });
  }

  /** The other side sends what is kept and what comes in one go. */
  replay(done: Parameters<LineSource['replay']>[0]): void {
    done(null, []);
    void this.#read();
  }

  hold(): void {
    this.#isHeld = true;
  }

  /** A batch weighs 1. */
  release(count: number): void {
    if (this.#attached !== undefined) {
      this.#channel.tell('lines_taken', { reader: this.#reader, count });
    }
  }

  async failure(): Promise<void> {
    await this.#subject.failure();
    if (this.#error !== undefined) throw this.#error;
  }

  async #read(): Promise<void> {
    const key = await this.#subject.known();
    const attached = this.#attached;
    if (attached === undefined) return;
    const { reader, end } = this.#channel.read(key, (lines) => this.#push(lines));
    this.#reader = reader;
    try {
      await end;
    } catch (error) {
      this.#error = error;
    }
    // The feed is over: there is nobody to be told of anything.
    this.#attached = undefined;
    attached.end();
  }

  #push({ stream, lines, first_seq: firstSeq, partial }: WireLines): void {
    this.#isHeld = false;
    this.#attached?.push(
      {
        stream: stream === 'stdout' ? 0 : 1,
        firstSeq,
        count: lines.length,
        partial,
        text: lines.join('\n'),
      },
      1,
    );
    // It went straight through, or was not for this reader.
    if (!this.#isHeld) this.release(1);
  }
}
