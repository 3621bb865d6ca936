/** Splits a text into its lines. */

import type { NativeBatch } from '../../../types/native';

/** A batch of lines in one text, with the line ends if they are known. */
export type LineBatch = NativeBatch & {
  ends?: Uint32Array | undefined;
  timestamp?: number;
  /** Of a terminal: its lines keep the `\r` of their `\r\n`. */
  isTerminal?: boolean;
};

/** Where the lines of a text end, from index `at` on. Valid only during the delivery. */
export interface LineEnds {
  all: Uint32Array;
  at: number;
}

/**
 * The `count` lines of a text. With known line ends this takes half the time of `split`: nothing is
 * searched, and the array has its final size from the start.
 */
export function splitLines(text: string, count: number, ends: LineEnds | undefined): string[] {
  if (ends === undefined) return text.split('\n');
  const { all, at } = ends;
  const lines = new Array<string>(count);
  let from = 0;
  for (let i = 0; i < count; i++) {
    const end = all[at + i] as number;
    lines[i] = text.substring(from, end);
    from = end + 1;
  }
  return lines;
}

/** Removes the `\r` with which the whole lines of a terminal end; in place. */
export function withoutReturns(lines: string[], partial: boolean): string[] {
  const count = partial ? lines.length - 1 : lines.length;
  for (let i = 0; i < count; i++) {
    const line = lines[i] as string;
    if (line.endsWith('\r')) lines[i] = line.slice(0, -1);
  }
  return lines;
}

/** The lines of a batch, without their terminators. */
export function linesOf({ text, count, ends, isTerminal, partial }: LineBatch): string[] {
  const lines = splitLines(text, count, ends && { all: ends, at: 0 });
  return isTerminal ? withoutReturns(lines, partial) : lines;
}
