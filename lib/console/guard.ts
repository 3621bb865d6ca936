/** Who may ask: only a page of this very server, in the browser of somebody who has the link. */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Refusal } from './failure';

/** Names of the loopback. Any other in `Host` is a name that somebody made point here (DNS rebinding). */
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** 256 random bits, in letters that need no escape in a link. */
export const makeToken = (): string => randomBytes(32).toString('base64url');

/** The port may differ from that of the server: a tunnel (`ssh -L`) may have another one. */
export function checkHost({ headers }: IncomingMessage): void {
  if (LOOPBACK.test(headers.host ?? '')) return;
  throw new Refusal(
    403,
    'ERR_HOST',
    'This server answers to localhost, 127.0.0.1 and [::1] only: open the link as it was printed.',
  );
}

export class Guard {
  readonly #digest: Buffer;

  constructor(token: string) {
    this.#digest = digest(token);
  }

  /** Throws a {@link Refusal} unless the request is from a page of this server that has the token. */
  check({ headers }: IncomingMessage): void {
    const { origin } = headers;
    const site = headers['sec-fetch-site'];
    const isForeign = origin !== undefined && origin !== `http://${headers.host}`;
    if (isForeign || (site !== undefined && site !== 'same-origin')) {
      throw new Refusal(403, 'ERR_ORIGIN', 'Only the page of this server may ask.');
    }
    const [, token] = /^Bearer ([\w-]{1,128})$/.exec(headers.authorization ?? '') ?? [];
    // Digests have one length, and comparing them takes the same time wherever they differ.
    if (token === undefined || !timingSafeEqual(digest(token), this.#digest)) {
      throw new Refusal(401, 'ERR_TOKEN', 'The token is missing or not that of this console.');
    }
  }
}
