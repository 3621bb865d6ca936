/** The files of the page, as they were built beside this script, with the headers that fence them in. */

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import path from 'node:path';

const TYPES: Record<string, string> = {
  'index.html': 'text/html; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'theme.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
  'licences.txt': 'text/plain; charset=utf-8',
};

/** Stands in index.html where the nonce of the answer goes. */
const NONCE = '{{nonce}}';

/**
 * Scripts are files of this server and nothing else. The terminal makes style sheets as it runs, which bear the nonce,
 * and gives single letters a `style` for colours beyond the palette.
 */
const policy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

export class PageFiles {
  readonly #files = new Map<string, Buffer>();

  /** Reads them all. Throws where the package was not built with them. */
  constructor(dir = path.join(__dirname, 'page')) {
    for (const name of Object.keys(TYPES)) {
      this.#files.set(name, readFileSync(path.join(dir, name)));
    }
  }

  /** Answers with the file at `pathname`; `false` if there is none. */
  serve(pathname: string, response: ServerResponse): boolean {
    const name = pathname === '/' ? 'index.html' : pathname.slice(1);
    const file = this.#files.get(name);
    if (file === undefined) return false;
    const nonce = randomBytes(16).toString('base64');
    const body = name === 'index.html' ? file.toString().replaceAll(NONCE, nonce) : file;
    response.writeHead(200, {
      'Content-Type': TYPES[name],
      'Content-Length': Buffer.byteLength(body),
      'Content-Security-Policy': policy(nonce),
    });
    response.end(body);
    return true;
  }
}
