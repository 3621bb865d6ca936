/** Serves the files of the page, which were built beside this script, with a Content-Security-Policy. */

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import { installedFile } from '../../core/index';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'theme.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
  'licences.txt': 'text/plain; charset=utf-8',
};

/** Beside this script, or in the installed package if this script is part of a bundle. */
function pageFolder(): string {
  const beside = typeof __dirname === 'string' ? path.join(__dirname, 'page') : undefined;
  if (beside !== undefined && existsSync(beside)) return beside;
  try {
    return path.join(path.dirname(installedFile('escher-execution-engine/console')), 'page');
  } catch (error) {
    if (beside === undefined) throw error;
    return beside;
  }
}

/** Replaced in index.html by the nonce of the answer. */
const NONCE_PLACEHOLDER = '{{nonce}}';

/**
 * Scripts are files of this server only. The terminal creates style sheets at run time, which have the nonce, and
 * sets the `style` attribute of characters for colours outside the palette.
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

  /** Reads all files. Throws if the package was built without them. */
  constructor(dir = pageFolder()) {
    for (const name of Object.keys(CONTENT_TYPES)) {
      this.#files.set(name, readFileSync(path.join(dir, name)));
    }
  }

  /** Sends the file at `pathname`. Returns `false` if there is none. */
  serve(pathname: string, response: ServerResponse): boolean {
    const name = pathname === '/' ? 'index.html' : pathname.slice(1);
    const file = this.#files.get(name);
    if (file === undefined) return false;
    const nonce = randomBytes(16).toString('base64');
    const body =
      name === 'index.html' ? file.toString().replaceAll(NONCE_PLACEHOLDER, nonce) : file;
    response.writeHead(200, {
      'Content-Type': CONTENT_TYPES[name],
      'Content-Length': Buffer.byteLength(body),
      'Content-Security-Policy': policy(nonce),
    });
    response.end(body);
    return true;
  }
}
