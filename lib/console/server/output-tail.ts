/** The last output of one execution, as numbered chunks. */

import type { OutputEvent } from '../../../types/events';
import type { TextChunk } from '../messages';

export interface OutputTailLimits {
  /** For one execution. */
  maxChars: number;
  maxLines: number;
  /** For all executions together. */
  maxTotalChars: number;
}

/** An amount of text: reached when either number is reached. */
export interface TextAmount {
  chars: number;
  lines: number;
}

/** A chunk is dropped, sent and shown as a whole. */
const MAX_CHUNK_LINES = 256;

/** Dropped chunks are removed from the array only when there are this many, since each removal copies the array. */
const COMPACT_AT = 512;

const linesOf = ({ firstSeq, nextSeq }: TextChunk): number => nextSeq - firstSeq;

export class OutputTail {
  #chunks: TextChunk[] = [];
  /** The index of the first kept chunk. */
  #first = 0;
  #lines = 0;
  chars = 0;
  /** The number of the next piece of output. */
  nextSeq = 0;
  /** No more output follows. */
  ended = false;
  /** Called after every change. */
  readonly watchers = new Set<() => void>();

  /** The number of the first kept piece. */
  get firstSeq(): number {
    return this.#chunks[this.#first]?.firstSeq ?? this.nextSeq;
  }

  add({ stream, lines, firstSeq, partial }: OutputEvent): void {
    for (let at = 0; at < lines.length; at += MAX_CHUNK_LINES) {
      const part = lines.slice(at, at + MAX_CHUNK_LINES);
      const isLast = at + part.length === lines.length;
      this.nextSeq = firstSeq + at + part.length;
      const text = part.join('\n');
      this.chars += text.length;
      this.#chunks.push({
        stream,
        firstSeq: firstSeq + at,
        nextSeq: this.nextSeq,
        partial: partial && isLast,
        text,
      });
    }
    this.#lines += lines.length;
  }

  /** The last chunk is kept, whatever its length. */
  isOver({ maxChars, maxLines }: OutputTailLimits): boolean {
    const hasMany = this.#chunks.length - this.#first > 1;
    return hasMany && (this.chars > maxChars || this.#lines > maxLines);
  }

  /** Drops the earliest chunk, and returns its length in characters. */
  drop(): number {
    const chunk = this.#chunks[this.#first];
    if (chunk === undefined) return 0;
    this.#first++;
    this.#lines -= linesOf(chunk);
    this.chars -= chunk.text.length;
    if (this.#first === COMPACT_AT) {
      this.#chunks = this.#chunks.slice(this.#first);
      this.#first = 0;
    }
    return chunk.text.length;
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

  /** The number of the piece where the last `amount` of text starts. */
  seqNearEnd(amount: TextAmount): number {
    let { chars, lines } = amount;
    for (let at = this.#chunks.length - 1; at >= this.#first; at--) {
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

  /** The index of the first kept chunk that ends after `seq`. */
  #indexOf(seq: number): number {
    let low = this.#first;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#chunks[middle] as TextChunk).nextSeq <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
