/** Reads the JSON of a request, of limited size. */

import type { IncomingMessage } from 'node:http';
import { Refusal } from './failure';

/** A command line of the system is limited to about this as well. */
export const MAX_BODY_BYTES = 262_144;

/** The object that the body holds. Throws a {@link Refusal} that says what is wrong with it. */
export async function readObject(request: IncomingMessage): Promise<Record<string, unknown>> {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new Refusal(415, 'ERR_CONTENT_TYPE', `The body must be application/json, not '${type}'.`);
  }
  const value = parse(await readText(request));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal(400, 'ERR_BODY', 'The body must be a JSON object.');
  }
  return value as Record<string, unknown>;
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) {
      throw new Refusal(413, 'ERR_BODY', `The body is longer than ${MAX_BODY_BYTES} bytes.`);
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal(400, 'ERR_BODY', `The body is no JSON: ${(error as Error).message}`);
  }
}
