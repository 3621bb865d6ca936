/** The lines of an execution in another process, for the iterators of its handle. */

import type { WireLines } from '../../../types/wire';
import type { BatchReader, LineSource } from '../../core/index';
import type { RemoteConnection, RemoteKey } from './remote-connection';

/** The execution that the lines belong to. */
export interface LineOwner {
  /**
   * Resolves when requests for the execution can be sent, or the request was refused. `undefined`: it has ended without
   * a line.
   */
  known(): Promise<RemoteKey | undefined>;
  /** Rejects with the error that an iterator throws at the end, if there is one. */
  failure(): Promise<void>;
}

/**
 * One source for each iterator. A batch is acknowledged when the consumer has taken it. Batches that
 * are not acknowledged hold the command back on the server.
 */
export class RemoteLines implements LineSource {
  readonly #connection: RemoteConnection;
  readonly #owner: LineOwner;
  #attached: BatchReader | undefined;
  #reader = 0;
  #isHeldBack = false;
  #error: unknown;

  constructor(connection: RemoteConnection, owner: LineOwner) {
    this.#connection = connection;
    this.#owner = owner;
  }

  attach(reader: BatchReader): void {
    this.#attached = reader;
  }

  detach(): void {
    if (this.#attached === undefined) return;
    this.#attached = undefined;
    if (this.#reader !== 0) this.#connection.notify('stop_lines', { reader: this.#reader });
  }

  /** The server sends the retained lines and the new ones in one feed. */
  replay(done: Parameters<LineSource['replay']>[0]): void {
    done(null, []);
    void this.#read();
  }

  hold(): void {
    this.#isHeldBack = true;
  }

  /** Counts batches: each has the size 1. */
  release(count: number): void {
    if (this.#attached !== undefined) {
      this.#connection.notify('lines_taken', { reader: this.#reader, count });
    }
  }

  async failure(): Promise<void> {
    await this.#owner.failure();
    if (this.#error !== undefined) throw this.#error;
  }

  async #read(): Promise<void> {
    const key = await this.#owner.known();
    const attached = this.#attached;
    if (attached === undefined) return;
    if (key === undefined) {
      this.#attached = undefined;
      attached.end();
      return;
    }
    const { reader, end } = this.#connection.read(key, (lines) => this.#push(lines));
    this.#reader = reader;
    try {
      await end;
    } catch (error) {
      this.#error = error;
    }
    // The feed has ended: there is nothing to stop or to acknowledge.
    this.#attached = undefined;
    attached.end();
  }

  #push({ stream, lines, first_seq: firstSeq, partial }: WireLines): void {
    this.#isHeldBack = false;
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
    // The consumer took it at once, or it was not for this reader.
    if (!this.#isHeldBack) this.release(1);
  }
}
