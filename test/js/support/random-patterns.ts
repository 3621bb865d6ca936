/** Random regular expressions and texts in which they match now and then. */

export type Random = (below: number) => number;

/** Numbers that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const LITERALS = ['a', 'b', 'c', 'K', '1', '%', ' ', 'é', '\u2028', '\u212a', '\ud83d\ude00'];
const ATOMS = [
  ...['.', '\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '\\.', '\\x61', '\\u0062', '\\cA', '\\0'],
  ...['[ab]', '[^ab]', '[a-c1]', '[\\d%]', '[\\]a]', '[^]', '[]', '[^\\W_]', '[k\u017f]'],
  ...LITERALS,
];
const UNICODE_ATOMS = [
  '\\u{1f600}',
  '\\ud83d\\ude00',
  '\\p{Lu}',
  '\\P{L}',
  '[\u{1f600}-\u{1f64f}]',
];
const LENIENT_ATOMS = ['{', '}', ']', '\\q', '\\u00', '\\x6', 'a{,2}', '\\ud83d', '\\p'];
const ASSERTIONS = ['^', '$', '\\b', '\\B'];
const QUANTIFIERS = ['*', '+', '?', '{2}', '{0}', '{1,}', '{0,2}', '{1,3}', '{2,}'];
const TEXTS = [
  ...LITERALS,
  'a',
  'a',
  'b',
  'b',
  '1',
  '{',
  '}',
  ']',
  '\u017f',
  'k',
  'B',
  '\u0001',
  '\ud83d',
];

const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)] as T;

export const randomText = (random: Random): string =>
  Array.from({ length: random(9) }, () => pick(random, TEXTS)).join('');

export function randomPattern(random: Random): { source: string; flags: string } {
  const flags = ['i', 'm', 's', 'u'].filter(() => random(3) === 0).join('');
  const atoms = [...ATOMS, ...(flags.includes('u') ? UNICODE_ATOMS : LENIENT_ATOMS)];
  let names = 0;
  const choice = (depth: number): string =>
    Array.from({ length: 1 + random(3) }, () => sequence(depth)).join('|');
  const sequence = (depth: number): string =>
    Array.from({ length: random(4) }, () => term(depth)).join('');
  const term = (depth: number): string => {
    if (random(6) === 0) return pick(random, ASSERTIONS);
    const body = depth > 0 && random(2) === 0 ? group(depth - 1) : pick(random, atoms);
    if (random(2) === 0) return body;
    return body + pick(random, QUANTIFIERS) + (random(3) === 0 ? '?' : '');
  };
  const group = (depth: number): string =>
    `(${pick(random, ['', '', '?:', `?<n${names++}>`])}${choice(depth)})`;
  return { source: choice(2), flags };
}
