/** Access control: requests must come from a page of this server that has the token. */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { HttpError } from './http-error';
import { headerOf } from './request-body';

/** Names of the loopback interface. Any other name in `Host` was made to point to it (DNS rebinding). */
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** 256 random bits in characters that need no escape in a URL. */
export const createToken = (): string => randomBytes(32).toString('base64url');

/** Any port is accepted: a tunnel (`ssh -L`) may use another one. */
export function checkHost(request: IncomingMessage): void {
  if (LOOPBACK.test(headerOf(request, 'host') ?? '')) return;
  const message =
    'This server accepts localhost, 127.0.0.1 and [::1] only. Open the link as it was printed.';
  throw new HttpError(403, 'ERR_HOST', message);
}

export class TokenCheck {
  readonly #digest: Buffer;

  constructor(token: string) {
    this.#digest = digest(token);
  }

  /** Throws an {@link HttpError} unless the request is from a page of this server that has the token. */
  check(request: IncomingMessage): void {
    const origin = headerOf(request, 'origin');
    const site = headerOf(request, 'sec-fetch-site');
    const isForeign = origin !== undefined && origin !== `http://${headerOf(request, 'host')}`;
    if (isForeign || (site !== undefined && site !== 'same-origin')) {
      throw new HttpError(403, 'ERR_ORIGIN', 'Requests of other pages are rejected.');
    }
    const [, token] =
      /^Bearer ([\w-]{1,128})$/.exec(headerOf(request, 'authorization') ?? '') ?? [];
    // Digests have the same length, and are compared in constant time.
    if (token === undefined || !timingSafeEqual(digest(token), this.#digest)) {
      throw new HttpError(401, 'ERR_TOKEN', 'The token is missing or wrong.');
    }
  }
}
