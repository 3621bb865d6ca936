/** Ids of executions: UUIDs of version 4. */

import type * as crypto from 'node:crypto';

/** Of an id in its text form. */
const LENGTH = 36;

let source: (() => string) | undefined;
/** The ids that are drawn, one after the other; the next one starts at `next`. */
let ids = '';
let next = 0;

/** `draw` returns many ids at once. For the addon: to load `node:crypto` takes longer than a launch. */
export function drawIdsFrom(draw: () => string): void {
  source = draw;
}

export function randomId(): string {
  if (source === undefined) return (require('node:crypto') as typeof crypto).randomUUID();
  if (next === ids.length) {
    ids = source();
    next = 0;
  }
  const at = next;
  next += LENGTH;
  return ids.slice(at, next);
}
