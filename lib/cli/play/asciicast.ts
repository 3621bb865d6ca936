/** Reads recordings in the format asciicast v2: a header and events, each a line of JSON. */

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface CastEvent {
  /** Milliseconds since the start. */
  atMs: number;
  /** Output, which is all that is shown. */
  text: string;
}

/** The file is not a recording. The message says where. */
export class MalformedRecording extends Error {}

/** The output of a recording, in its order. Rejects with the error of the file, or a {@link MalformedRecording}. */
export async function* readCast(file: string): AsyncGenerator<CastEvent, void> {
  const input = createReadStream(file);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  // By itself an error of the file does not end the lines.
  input.once('error', () => lines.close());
  let number = 0;
  for await (const line of lines) {
    if (++number === 1) checkHeader(parsed(line, number));
    else if (line !== '') {
      const event = eventOf(parsed(line, number), number);
      if (event !== undefined) yield event;
    }
  }
  if (input.errored !== null) throw input.errored;
  if (number === 0) throw new MalformedRecording('the file is empty');
}

function parsed(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new MalformedRecording(`line ${number} is not JSON`);
  }
}

function checkHeader(header: unknown): void {
  const version =
    typeof header === 'object' && header !== null && Object.hasOwn(header, 'version')
      ? (header as { version: unknown }).version
      : undefined;
  if (version === 2) return;
  const found = typeof version === 'number' ? `it has version ${version}` : 'line 1 has no version';
  throw new MalformedRecording(`it must be asciicast version 2: ${found}`);
}

/** `undefined` for an event that is not output. */
function eventOf(event: unknown, number: number): CastEvent | undefined {
  const isEvent =
    Array.isArray(event) &&
    typeof event[0] === 'number' &&
    typeof event[1] === 'string' &&
    typeof event[2] === 'string';
  if (!isEvent) throw new MalformedRecording(`line ${number} is not an event`);
  const [seconds, kind, text] = event as [number, string, string];
  return kind === 'o' ? { atMs: seconds * 1000, text } : undefined;
}
