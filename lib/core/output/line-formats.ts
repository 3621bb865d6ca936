/** What the iterators over the lines of an execution yield: lines with their stream, strings, batches, or text. */

import type { ExecutionLine, LinesBatch } from '../../../types/api';
import { type LineBatch, linesOf } from './split-lines';
import { STREAM_NAMES } from './stream-names';

/** Makes the values of an iterator out of batches of lines. */
export interface LineFormat<T> {
  /** The stream to read; `undefined`: both. */
  readonly stream: 0 | 1 | undefined;
  /** The values of a batch: all at once, since a call for each line costs more than a string that waits. */
  cut(batch: LineBatch): T[];
  /** The remaining values at the end. Called until it returns `undefined`. */
  rest(): T | undefined;
}

/** Every entry of a batch as it is, unfinished lines included. */
export function asLines(): LineFormat<ExecutionLine> {
  return {
    stream: undefined,
    cut(batch) {
      const stream = STREAM_NAMES[batch.stream];
      const partialAt = batch.partial ? batch.count - 1 : -1;
      return linesOf(batch).map((line, index) => ({
        stream,
        line,
        seq: batch.firstSeq + index,
        partial: index === partialAt,
      }));
    },
    rest: () => undefined,
  };
}

const numberOf = (stream: 'stdout' | 'stderr' | 'all'): 0 | 1 | undefined =>
  stream === 'all' ? undefined : stream === 'stdout' ? 0 : 1;

/** Whole lines: the pieces of a line are joined. An unfinished line at the end counts as a line. */
export function asStrings(stream: 'stdout' | 'stderr' | 'all'): LineFormat<string> {
  const unfinished: [string | undefined, string | undefined] = [undefined, undefined];
  return {
    stream: numberOf(stream),
    cut(batch) {
      const lines = linesOf(batch);
      const before = unfinished[batch.stream];
      if (before !== undefined) lines[0] = before + (lines[0] as string);
      unfinished[batch.stream] = batch.partial ? lines.pop() : undefined;
      return lines;
    },
    rest() {
      const from = unfinished[0] === undefined ? 1 : 0;
      const line = unfinished[from];
      unfinished[from] = undefined;
      return line;
    },
  };
}

/** The batches as they are delivered, each with its lines. */
export function asBatches(stream: 'stdout' | 'stderr' | 'all'): LineFormat<LinesBatch> {
  return {
    stream: numberOf(stream),
    cut: (batch) => [
      {
        stream: STREAM_NAMES[batch.stream],
        lines: linesOf(batch),
        firstSeq: batch.firstSeq,
        partial: batch.partial,
      },
    ],
    rest: () => undefined,
  };
}

/**
 * Text with many lines at once, each ended by `\n`; of a terminal exactly as it came. With both streams only whole lines are returned:
 * otherwise a piece of one stream could be inside a line of the other.
 */
export function asText(stream: 'stdout' | 'stderr' | 'all'): LineFormat<string> {
  const only = numberOf(stream);
  const unfinished: [string, string] = ['', ''];
  return {
    stream: only,
    cut({ stream: from, text, partial }) {
      let ready = unfinished[from] + text;
      unfinished[from] = '';
      if (!partial) return [`${ready}\n`];
      if (only === undefined) {
        const end = ready.lastIndexOf('\n') + 1;
        unfinished[from] = ready.slice(end);
        ready = ready.slice(0, end);
      }
      return ready === '' ? [] : [ready];
    },
    rest() {
      const text = unfinished[0] || unfinished[1];
      unfinished[unfinished[0] ? 0 : 1] = '';
      return text === '' ? undefined : text;
    },
  };
}
