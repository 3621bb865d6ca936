/** Which of some names was probably meant by one that is not known. Pure. */

/** `timeout_ms`, `timeoutMS` and `timeoutMs` become the same. */
export const plain = (name: string): string => name.replace(/[_-]/g, '').toLowerCase();

/** Edits (insert, delete, replace) from `a` to `b`. */
export function distance(a: string, b: string): number {
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

/** A longer name is not a misspelt one, and takes long to compare. */
export const LONGEST = 64;

const letters = (text: string): string => [...text].sort().join('');

/**
 * The allowed value that differs by one letter, by two that are swapped, or by case only. Stricter than for the names of
 * fields: many values are short.
 */
export function similarValue<T extends string>(
  given: string,
  allowed: readonly T[],
): T | undefined {
  if (given.length < 2 || given.length > LONGEST) return undefined;
  const a = plain(given);
  return allowed.find((value) => {
    const b = plain(value);
    const edits = distance(a, b);
    return edits <= 1 || (edits === 2 && letters(a) === letters(b));
  });
}
