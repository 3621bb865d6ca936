/** Reads the JSON body of a request, up to a maximum size. */

import type { IncomingMessage } from 'node:http';
import { syntaxProblem } from '../../core/index';
import { HttpError } from './http-error';

/** About the limit of the system for a command line. */
export const MAX_BODY_BYTES = 262_144;

/** The first header of that name. Node.js puts none into `headers` that a polluted `Object.prototype` has. */
export function headerOf({ rawHeaders }: IncomingMessage, name: string): string | undefined {
  const isName = (text: string, index: number) => index % 2 === 0 && text.toLowerCase() === name;
  const at = rawHeaders.findIndex(isName);
  return at < 0 ? undefined : rawHeaders[at + 1];
}

/** Throws an {@link HttpError} if the body is no JSON object. */
export async function readObject(request: IncomingMessage): Promise<Record<string, unknown>> {
  const type = headerOf(request, 'content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    const message = `The body must be application/json, received '${type}'.`;
    throw new HttpError(415, 'ERR_CONTENT_TYPE', message);
  }
  const value = parse(await readText(request));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HttpError(400, 'ERR_BODY', 'The body must be a JSON object.');
  }
  return value as Record<string, unknown>;
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) {
      throw new HttpError(413, 'ERR_BODY', `The body is longer than ${MAX_BODY_BYTES} bytes.`);
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HttpError(400, 'ERR_BODY', `The body is invalid JSON: ${syntaxProblem(error)}`);
  }
}
