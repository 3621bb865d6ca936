/** The text of a log: lines without colours, optionally of one stream, optionally with their times. */

import type { TextChunk } from '../messages';
import { plainText } from './colours-only';
import type { OutputTail } from './output-tail';

export interface LogOptions {
  /** `undefined`: both. */
  stream: TextChunk['stream'] | undefined;
  /** Each line begins with its time and its stream, as in the log files of the engine. */
  times: boolean;
}

/** The kept lines at the time of the call, in pieces. */
export function* logText(tail: OutputTail, options: LogOptions): Generator<string> {
  const dropped = tail.firstSeq;
  if (dropped > 0) yield `[${dropped} earlier lines were dropped]\n`;
  const { stream: wanted } = options;
  let unfinished: TextChunk['stream'] | undefined;
  for (const chunk of tail.all()) {
    const { stream, partial } = chunk;
    if (wanted !== undefined && stream !== wanted) continue;
    // Text after an unfinished line of the other stream starts on a new line.
    if (unfinished !== undefined && unfinished !== stream) yield '\n';
    yield linesOf(chunk, options, unfinished === stream);
    unfinished = partial ? stream : undefined;
  }
  if (unfinished !== undefined) yield '\n';
}

/** `continues`: the first line goes on where the last piece ended. */
function linesOf(chunk: TextChunk, { times }: LogOptions, continues: boolean): string {
  const end = chunk.partial ? '' : '\n';
  const text = plainText(chunk.text);
  if (!times) return text + end;
  const time = chunk.at === null ? '-' : new Date(chunk.at).toISOString();
  const prefix = `${time} ${chunk.stream} `;
  return (continues ? '' : prefix) + text.replaceAll('\n', `\n${prefix}`) + end;
}
