/** Ids of executions: UUIDs of version 4. */

import type * as crypto from 'node:crypto';

/** How many ids are drawn at once: most of the cost of an id is that of a draw. */
const DRAWN = 64;
const BYTES = 16;
const DIGITS = 2 * BYTES;

/** The digits of ids that are drawn and not used; the next one starts at `next`. */
let digits = '';
let next = 0;

export function randomId(): string {
  if (next === digits.length) draw();
  const at = next;
  next += DIGITS;
  const first = `${digits.slice(at, at + 8)}-${digits.slice(at + 8, at + 12)}`;
  const rest = `${digits.slice(at + 12, at + 16)}-${digits.slice(at + 16, at + 20)}`;
  return `${first}-${rest}-${digits.slice(at + 20, next)}`;
}

function draw(): void {
  const { randomBytes } = require('node:crypto') as typeof crypto;
  const bytes = randomBytes(DRAWN * BYTES);
  for (let at = 0; at < bytes.length; at += BYTES) {
    // The version, and the variant of RFC 9562.
    bytes[at + 6] = ((bytes[at + 6] as number) & 0x0f) | 0x40;
    bytes[at + 8] = ((bytes[at + 8] as number) & 0x3f) | 0x80;
  }
  digits = bytes.toString('hex');
  next = 0;
}
