import { coloursOnly } from '../../../../lib/console/server/colours-only';

test.each([
  ['colours stay', '\u001b[31mred\u001b[0m \u001b[38;5;1mx\u001b[m', undefined],
  ['text stays', 'é😀\ttab \r50%', undefined],
  ['the screen is not cleared', 'a\u001b[2J\u001b[Hb', 'ab'],
  ['titles and links', '\u001b]0;title\u0007a\u001b]8;;http://x\u001b\\b', 'ab'],
  ['an unfinished title', 'a\u001b]0;title', 'a'],
  ['private modes', '\u001b[?1049ha\u001b[>4;1mb', 'ab'],
  ['other sequences', '\u001bPq\u001b\\a\u001b(Bb\u001bc', 'ab'],
  ['control characters', 'a\u0007b\u0008c\u009b2Jd\u001b', 'abc2Jd'],
])('%s', (_, line, expected = line) => {
  expect(coloursOnly(line)).toBe(expected);
});

test('a long line of unfinished sequences takes linear time', () => {
  expect(coloursOnly('\u001b]'.repeat(200_000))).toBe('');
  expect(coloursOnly('\u001b[1'.repeat(200_000)).length).toBe(200_000);
});
