/** The lines of all attempts for one reader, in the order of the attempts. */

import type { Execution, ExecutionLine } from '../../../types/api';
import { type BatchReader, Deferred, type LineSource } from '../../core/index';

type Lines = AsyncIterator<ExecutionLine, unknown>;

/** What a reader needs of the execution that it reads. */
export interface Attempts {
  /** Those that have begun. */
  readonly begun: readonly Execution[];
  readonly sources: Set<AttemptLines>;
  /** Whether no attempt follows. */
  readonly isOver: boolean;
  /** Rejects with the error that a reader throws at the end, if there is one. */
  failure(): Promise<void>;
}

/** An attempt that is read. `first`: the line that was asked for when it began. */
interface Feed {
  attempt: Execution;
  lines: Lines;
  first: Promise<IteratorResult<ExecutionLine, unknown>>;
}

const ignore = (): void => undefined;

export class AttemptLines implements LineSource {
  readonly #attempts: Attempts;
  readonly #feeds: Feed[] = [];
  #reader: BatchReader | undefined;
  #current: Lines | undefined;
  #held = 0;
  /** Resolved when the reader has taken its line, when an attempt begins, and at the end. */
  #change = new Deferred();
  /** By stream, the number after the last line, if that is unfinished. */
  #unfinished: [number | undefined, number | undefined] = [undefined, undefined];
  #error: unknown;

  constructor(attempts: Attempts) {
    this.#attempts = attempts;
  }

  attach(reader: BatchReader): void {
    this.#reader = reader;
    this.#attempts.sources.add(this);
  }

  detach(): void {
    if (this.#reader === undefined) return;
    this.#close();
    for (const { lines } of this.#feeds) void lines.return?.()?.catch(ignore);
    void this.#current?.return?.()?.catch(ignore);
  }

  /** The lines of the attempts are retained by the engine, so nothing is retained here. */
  replay(done: Parameters<LineSource['replay']>[0]): void {
    done(null, []);
    for (const attempt of this.#attempts.begun) this.begins(attempt);
    void this.#read();
  }

  hold(size: number): void {
    this.#held += size;
  }

  release(size: number): void {
    this.#held -= size;
    this.#changed();
  }

  async failure(): Promise<void> {
    await this.#attempts.failure();
    if (this.#error !== undefined) throw this.#error;
  }

  /** An attempt begins. It is read from its start, so that a slow reader holds it back too. */
  begins(attempt: Execution): void {
    const lines = attempt[Symbol.asyncIterator]();
    const first = lines.next();
    first.catch(ignore);
    this.#feeds.push({ attempt, lines, first });
    this.#changed();
  }

  /** No attempt follows. */
  ends(): void {
    this.#changed();
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const feed = this.#feeds.shift();
        if (feed !== undefined) await this.#readOne(feed);
        else if (this.#attempts.isOver) break;
        else await this.#change.wait();
        if (this.#reader === undefined) return;
      }
    } catch (error) {
      this.#error = error;
    }
    const reader = this.#reader;
    this.#close();
    reader?.end();
  }

  async #readOne({ attempt, lines, first }: Feed): Promise<void> {
    this.#current = lines;
    this.#endUnfinished();
    try {
      for (let next = await first; !next.done; next = await lines.next()) {
        this.#push(next.value);
        while (this.#held > 0 && this.#reader !== undefined) await this.#change.wait();
        if (this.#reader === undefined) return;
      }
    } catch (error) {
      // The failure of the attempt itself is reported at the end, if it is the last one.
      const failure = await attempt.result.then(ignore, (reason: unknown) => reason);
      if (failure === undefined) throw error;
    }
  }

  #push({ stream, line, seq, partial }: ExecutionLine): void {
    const number = stream === 'stdout' ? 0 : 1;
    this.#unfinished[number] = partial ? seq + 1 : undefined;
    this.#pushOne(number, line, seq, partial);
  }

  /** An attempt can end within a line, which the next attempt does not continue. */
  #endUnfinished(): void {
    for (const stream of [0, 1] as const) {
      const seq = this.#unfinished[stream];
      if (seq === undefined) continue;
      this.#unfinished[stream] = undefined;
      this.#pushOne(stream, '', seq, false);
    }
  }

  #pushOne(stream: 0 | 1, text: string, firstSeq: number, partial: boolean): void {
    this.#reader?.push({ stream, firstSeq, count: 1, partial, text }, 1);
  }

  #close(): void {
    this.#reader = undefined;
    this.#attempts.sources.delete(this);
    this.#changed();
  }

  #changed(): void {
    const change = this.#change;
    this.#change = new Deferred();
    change.resolve();
  }
}
