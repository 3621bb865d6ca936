/** Splits a text into its lines. */

import type { NativeBatch } from '../../../types/native';

/** A batch of lines in one text, with the line ends if they are known. */
export type LineBatch = NativeBatch & { ends?: Uint32Array | undefined; timestamp?: number };

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
