import { LinearPattern } from '../../../../lib/core/pattern/linear-pattern';
import { MAX_STATES } from '../../../../lib/core/pattern/program';
import { randomPattern, randomText, seededRandom } from '../../support/random-patterns';

interface Found {
  index: number;
  captures: (string | undefined)[];
  groups: Record<string, string | undefined>;
}

function foundByRegExp(pattern: RegExp, text: string): Found | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  return { index: match.index, captures: [...match], groups: { ...match.groups } };
}

function foundBy(pattern: LinearPattern, text: string): Found | undefined {
  const match = pattern.exec(text);
  if (match === undefined) return undefined;
  const { index, captures, groups } = match;
  return { index, captures: [...captures], groups: Object.fromEntries(groups ?? []) };
}

/** The pattern in both forms, if both accept it. */
function forms(source: string, flags: string): [RegExp, LinearPattern] | undefined {
  try {
    return [new RegExp(source, flags), new LinearPattern(source, flags)];
  } catch {
    return undefined;
  }
}

/** V8 finds `\B` within a surrogate pair, in spite of the flag `u`. */
const isWithinPair = (text: string, index: number): boolean =>
  /[\ud800-\udbff]/.test(text[index - 1] ?? '') && /[\udc00-\udfff]/.test(text[index] ?? '');

const refusal = (source: string, flags = ''): string => {
  try {
    new LinearPattern(source, flags);
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('a match', () => {
  test('is that of RegExp, for random patterns and texts', () => {
    const seed = Number(process.env.ESCHER_PATTERN_SEED ?? Date.now() % 2 ** 32);
    const random = seededRandom(seed);
    const differences: unknown[] = [];
    let matches = 0;
    let patterns = 0;
    while (patterns < 1500) {
      const { source, flags } = randomPattern(random);
      const pair = forms(source, flags);
      if (pair === undefined) continue;
      patterns++;
      for (let count = 0; count < 8; count++) {
        const text = randomText(random);
        const expected = foundByRegExp(pair[0], text);
        if (flags.includes('u') && isWithinPair(text, expected?.index ?? 0)) continue;
        if (expected !== undefined) matches++;
        const actual = foundBy(pair[1], text);
        if (JSON.stringify(actual) !== JSON.stringify(expected)) {
          differences.push({ seed, source, flags, text, expected, actual });
        }
      }
    }
    expect(differences).toEqual([]);
    expect(matches).toBeGreaterThan(patterns);
  });

  test.each<[string, string, string]>([
    ['(?:(a)?(?:|c))*', '', 'ac'],
    ['(?:(a)|b)*', '', 'ab'],
    ['(|a)+', '', 'aa'],
    ['(a*)?', '', 'b'],
    ['(a*){2,3}', '', 'b'],
    ['(z)((a+)?(b+)?(c))*', '', 'zaacbbbcac'],
    ['(?:a*?)*?b', '', 'aab'],
    ['^\\u{1f600}.$', 'u', '\u{1f600}\u{1f601}'],
    ['\\w+\\b', 'iu', '\u017f\u212a!'],
    ['^b$', 'm', 'a\u2028b'],
    ['a{,2}{', '', 'a{,2}{'],
  ])('of %s with the flags "%s" in %j is that of RegExp', (source, flags, text) => {
    const [byRegExp, linear] = forms(source, flags) as [RegExp, LinearPattern];
    expect(foundByRegExp(byRegExp, text)).toBeDefined();
    expect(foundBy(linear, text)).toEqual(foundByRegExp(byRegExp, text));
  });
});

describe('the work for a text', () => {
  const ATTACKS = [
    '(a+)+$',
    '(a*)*$',
    '(a|aa)+$',
    '(a|a?)+$',
    '(?:(?:a+)+)+$',
    '(.*a){12}$',
    '(a?){30}a{30}$',
    'a*a*a*a*[bc]',
    '(?:(a*)*|b*)*$',
    '(?:a{0,9}){9}$',
    '([a-z]+)*\\d',
    '(?:.|\\w|[^z])*z',
  ];

  test.each(ATTACKS)('is linear for %s', (source) => {
    const steps = (length: number): number => {
      const pattern = new LinearPattern(source, '');
      pattern.exec(`${'a'.repeat(length)}!`);
      return pattern.steps;
    };
    expect(steps(400)).toBeLessThan(2 * MAX_STATES * 402);
    // 200 more characters cost what 200 more characters cost, wherever they are.
    expect(Math.abs(steps(600) - steps(400) - (steps(400) - steps(200)))).toBeLessThanOrEqual(2);
  });

  test('asks what can begin it once for each character, and counts that', () => {
    const atoms = Array.from({ length: 300 }, (_, index) => String.fromCharCode(0x4e00 + index));
    const pattern = new LinearPattern(`(?:${atoms.join('|')})x`, '');
    const places = 501;
    pattern.exec('é'.repeat(places - 1));
    expect(pattern.steps).toBe(places + atoms.length);
    pattern.exec('é'.repeat(places - 1));
    expect(pattern.steps).toBe(2 * places + atoms.length);
  });
});

describe('a pattern', () => {
  test.each([
    ['(a)\\1', 'must not have a back reference, received "\\1" at index 3'],
    ['(?<n>a)\\k<n>', 'must not have a back reference, received "\\k" at index 7'],
    ['a(?=b)', 'must not have a lookahead, received "(?=" at index 1'],
    ['a(?!b)', 'must not have a lookahead, received "(?!" at index 1'],
    ['(?<=a)b', 'must not have a lookbehind, received "(?<=" at index 0'],
    ['(?<!a)b', 'must not have a lookbehind, received "(?<!" at index 0'],
    ['\\01', 'must not have a legacy escape, received "\\01" at index 0'],
    ['(?:a{100}){100}', 'is too large: its repetitions must expand to at most 1000 states'],
    ['(?:(?:(?:a?)*)*){99}', 'is too large: its repetitions must expand to at most 1000 states'],
    ['a'.repeat(1001), 'must have at most 1000 characters, received 1001'],
    ['(', 'Invalid regular expression: /(/: Unterminated group'],
  ])('such as %.20s is refused', (source, message) => {
    expect(refusal(source)).toBe(message);
  });

  test('with the flag "v" is refused', () => {
    expect(refusal('a', 'v')).toBe('must not have the flag "v"; use "u"');
  });

  test('with repetitions of nothing is small', () => {
    expect(refusal('(?:){1000000000}a')).toBe('accepted');
  });

  test('with an endless count of repetitions is refused before it is expanded', () => {
    expect(refusal('a{1000000000}')).toContain('is too large');
  });
});
