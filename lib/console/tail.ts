/** The last output of one execution, as numbered chunks. */

import type { OutputEvent } from '../index';
import type { TextChunk } from './wire';

export interface TailLimits {
  /** Characters and lines of one execution. */
  maxChars: number;
  maxLines: number;
  /** Characters of all. */
  maxTotalChars: number;
}

/** A chunk is what is dropped, sent and shown in one go. */
const MAX_CHUNK_LINES = 256;

/** How much is taken from a tail at a time: up to so many characters or lines, whichever is less. */
export interface Portion {
  chars: number;
  lines: number;
}

const linesOf = ({ firstSeq, nextSeq }: TextChunk): number => nextSeq - firstSeq;

/** Dropped chunks are cut off the array only when there are many of them. */
const COMPACT_AT = 512;

export class Tail {
  #chunks: TextChunk[] = [];
  #first = 0;
  #lines = 0;
  chars = 0;
  /** The number of the next piece of output. */
  nextSeq = 0;
  /** Nothing comes any more. */
  ended = false;
  /** Told of every change. */
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

  isOver({ maxChars, maxLines }: TailLimits): boolean {
    return this.#isDivisible() && (this.chars > maxChars || this.#lines > maxLines);
  }

  /** Drops the earliest chunk; gives its length. */
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

  /** Chunks from number `seq` on, as many as fit into `most`, and at least one if there is one. */
  read(seq: number, most: Portion): TextChunk[] {
    const from = this.#indexOf(seq);
    const left = { ...most };
    let to = from;
    for (; to < this.#chunks.length; to++) {
      const chunk = this.#chunks[to] as TextChunk;
      left.chars -= chunk.text.length;
      left.lines -= linesOf(chunk);
      if (to > from && (left.chars < 0 || left.lines < 0)) break;
    }
    return this.#chunks.slice(from, to);
  }

  /** Where the last `portion` begins. */
  seqNearEnd(portion: Portion): number {
    const left = { ...portion };
    for (let at = this.#chunks.length - 1; at >= this.#first; at--) {
      const chunk = this.#chunks[at] as TextChunk;
      left.chars -= chunk.text.length;
      left.lines -= linesOf(chunk);
      if (left.chars <= 0 || left.lines <= 0) return chunk.firstSeq;
    }
    return this.firstSeq;
  }

  notify(): void {
    for (const watcher of this.watchers) watcher();
  }

  #isDivisible(): boolean {
    return this.#chunks.length - this.#first > 1;
  }

  /** The first kept chunk that is not wholly before `seq`. */
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
