/** Unknown field names, and the known name that was probably meant. */

import { wrongValue } from './checks';

/** What other tools call the same thing. */
const ALIASES: Readonly<Record<string, string>> = { cwd: 'workingDir', abortsignal: 'signal' };

/** `timeout_ms`, `timeoutMS` and `timeoutMs` are the same name to a reader. */
const plain = (name: string): string => name.replace(/[_-]/g, '').toLowerCase();

/** Edits (insert, delete, replace) from `a` to `b`. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] as number) + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

/** What is longer is no misspelt name, and takes long to compare. */
const LONGEST = 64;

/** The nearest known name, if one is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > LONGEST) return undefined;
  const given = plain(name);
  const alias = ALIASES[given];
  if (alias !== undefined && known.includes(alias)) return alias;
  let best: string | undefined;
  let least = Math.max(2, Math.floor(given.length / 3)) + 1;
  for (const candidate of known) {
    const edits = distance(given, plain(candidate));
    if (edits < least) {
      least = edits;
      best = candidate;
    }
  }
  return best;
}

/** The first own field that is not known, and what to say of it. */
export function unknownField(
  fields: object,
  known: readonly string[],
): { field: string; hint: string } | undefined {
  const field = Object.keys(fields).find((name) => !known.includes(name));
  if (field === undefined) return undefined;
  const meant = nearest(field, known);
  return { field, hint: meant === undefined ? '' : `; did you mean "${meant}"?` };
}

/** Refuses fields of `fields` that are not in `known`; `path` is the name of the object. */
export function refuseUnknown(path: string, fields: object, known: readonly string[]): void {
  const unknown = unknownField(fields, known);
  if (unknown) throw wrongValue(`${path}.${unknown.field}`, `is unknown${unknown.hint}`);
}
