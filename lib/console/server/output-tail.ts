/** The last output of one execution, as numbered chunks. */

import type { OutputEvent } from '../../../types/events';
import type { TextChunk } from '../messages';

/** An amount of text: reached when either number is reached. */
export interface TextAmount {
  chars: number;
  lines: number;
}

export interface OutputTailLimits {
  /** What is kept of one execution. */
  kept: TextAmount;
  /** The end of it, which pages show. */
  shown: TextAmount;
  /** What is kept of all executions together. */
  maxTotalChars: number;
}

/** Lines of one stream. `timestamp`: when they were read; `null`: unknown. */
export interface TailOutput extends Pick<OutputEvent, 'stream' | 'lines' | 'firstSeq' | 'partial'> {
  timestamp: number | null;
}

/** A chunk is dropped, sent and shown as a whole. */
const MAX_CHUNK_LINES = 256;

/** Dropped chunks are removed from the array only when there are this many, since each removal copies the array. */
const COMPACT_AT = 512;

const linesOf = ({ firstSeq, nextSeq }: TextChunk): number => nextSeq - firstSeq;

/** The chunks from the one at `index` to the end. */
interface Part {
  index: number;
  chars: number;
  lines: number;
}

const emptyPart = (): Part => ({ index: 0, chars: 0, lines: 0 });

export class OutputTail {
  #chunks: TextChunk[] = [];
  readonly #kept = emptyPart();
  readonly #shown = emptyPart();
  /** The number of the next piece of output. */
  nextSeq = 0;
  /** No more output follows. */
  ended = false;
  /** Called after every change. */
  readonly watchers = new Set<() => void>();

  /** Of the kept text. */
  get chars(): number {
    return this.#kept.chars;
  }

  /** The number of the first kept piece. */
  get firstSeq(): number {
    return this.#chunks[this.#kept.index]?.firstSeq ?? this.nextSeq;
  }

  /** The number of the first piece that pages show. */
  get shownSeq(): number {
    return this.#chunks[this.#shown.index]?.firstSeq ?? this.nextSeq;
  }

  add({ stream, lines, firstSeq, partial, timestamp }: TailOutput): void {
    for (let at = 0; at < lines.length; at += MAX_CHUNK_LINES) {
      const part = lines.slice(at, at + MAX_CHUNK_LINES);
      const isLast = at + part.length === lines.length;
      const seq = firstSeq + at;
      this.nextSeq = seq + part.length;
      const { nextSeq } = this;
      const end = { partial: partial && isLast, at: timestamp, text: part.join('\n') };
      this.#push({ stream, firstSeq: seq, nextSeq, ...end });
    }
  }

  /** Drops the earliest chunks above the limits. The last chunk is kept, whatever its length. */
  limit({ kept, shown }: OutputTailLimits): void {
    while (this.#isOver(this.#shown, shown)) this.#advance(this.#shown);
    while (this.#isOver(this.#kept, kept)) this.drop();
  }

  /** Drops the earliest chunk, and returns its length in characters. */
  drop(): number {
    const part = this.#kept;
    if (this.#shown.index === part.index) this.#advance(this.#shown);
    const dropped = this.#advance(part);
    if (part.index >= COMPACT_AT) this.#compact();
    return dropped;
  }

  /** The chunks from number `seq` on, up to `max`, but at least one if there is one. */
  read(seq: number, max: TextAmount): TextChunk[] {
    const from = this.#indexOf(seq);
    let { chars, lines } = max;
    let to = from;
    for (; to < this.#chunks.length; to++) {
      const chunk = this.#chunks[to] as TextChunk;
      chars -= chunk.text.length;
      lines -= linesOf(chunk);
      if (to > from && (chars < 0 || lines < 0)) break;
    }
    return this.#chunks.slice(from, to);
  }

  /** All kept chunks. They do not change. */
  all(): TextChunk[] {
    return this.#chunks.slice(this.#kept.index);
  }

  /** The number of the piece where the last `amount` of text starts. */
  seqNearEnd(amount: TextAmount): number {
    let { chars, lines } = amount;
    for (let at = this.#chunks.length - 1; at >= this.#kept.index; at--) {
      const chunk = this.#chunks[at] as TextChunk;
      chars -= chunk.text.length;
      lines -= linesOf(chunk);
      if (chars <= 0 || lines <= 0) return chunk.firstSeq;
    }
    return this.firstSeq;
  }

  notify(): void {
    for (const watcher of this.watchers) watcher();
  }

  #push(chunk: TextChunk): void {
    this.#chunks.push(chunk);
    for (const part of [this.#kept, this.#shown]) {
      part.chars += chunk.text.length;
      part.lines += linesOf(chunk);
    }
  }

  #isOver({ index, chars, lines }: Part, max: TextAmount): boolean {
    return this.#chunks.length - index > 1 && (chars > max.chars || lines > max.lines);
  }

  /** Removes the first chunk of the part, and returns its length in characters. */
  #advance(part: Part): number {
    const chunk = this.#chunks[part.index];
    if (chunk === undefined) return 0;
    part.index++;
    part.chars -= chunk.text.length;
    part.lines -= linesOf(chunk);
    return chunk.text.length;
  }

  #compact(): void {
    const { index } = this.#kept;
    this.#chunks = this.#chunks.slice(index);
    this.#kept.index = 0;
    this.#shown.index -= index;
  }

  /** The index of the first kept chunk that ends after `seq`. */
  #indexOf(seq: number): number {
    let low = this.#kept.index;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#chunks[middle] as TextChunk).nextSeq <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
