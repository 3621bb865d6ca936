/** The filter of the list: words in any order, phrases, exact names and exact keys. Pure. */

import type { Row } from '../messages';
import { label, tagTexts } from './format';

type Test = (row: Row) => boolean;

/** A prefix that asks for an exact value, then a phrase in quotes or a word. */
const TERM = /(#|key:)?(?:"([^"]+)"|(\S+))/gi;

/**
 * Whether a row has all terms of a text: a word or a `"phrase"` is in its name, command, tags or key; `#name` is its name
 * or the value of a tag; `key:name` is its key. Upper and lower case are the same.
 */
export function rowFilter(text: string): Test {
  const tests = [...text.toLowerCase().matchAll(TERM)].map(([, prefix, phrase, word]) =>
    testOf(prefix, phrase ?? word ?? ''),
  );
  return (row) => tests.every((test) => test(row));
}

function testOf(prefix: string | undefined, text: string): Test {
  if (prefix === '#')
    return (row) => namesOf(row).some((name) => name === text || name === `#${text}`);
  if (prefix === 'key:') return ({ key }) => key?.toLowerCase() === text;
  return (row) => wordsOf(row).includes(text);
}

/** A name may have several words, of which one is a number with `#`: `build #12`. */
function namesOf({ name, source, tags }: Row): string[] {
  const names = [name, source, ...Object.values(tags)].filter((text) => text !== null);
  const numbers = names.flatMap((text) => text.split(/\s+/)).filter((word) => word.startsWith('#'));
  return [...names, ...numbers].map((text) => text.toLowerCase());
}

const wordsOf = (row: Row): string =>
  [label(row), row.source ?? '', ...tagTexts(row), row.key ?? ''].join('\n').toLowerCase();
