import { DimText } from '../../../../lib/console/page/dim-text';

test.each([
  ['text without sequences', 'a\tb', 'a\tb'],
  ['dim becomes grey, and ends', '\x1b[2ma\x1b[22mb', '\x1b[90ma\x1b[22;39mb'],
  ['a reset ends it', '\x1b[2ma\x1b[0mb\x1b[31mc\x1b[22md', '\x1b[90ma\x1b[0mb\x1b[31mc\x1b[22md'],
  ['a short reset ends it', '\x1b[2ma\x1b[mb\x1b[22mc', '\x1b[90ma\x1b[mb\x1b[22mc'],
  ['a colour after dim', '\x1b[2;31ma\x1b[22mb', '\x1b[90;31ma\x1b[22mb'],
  ['dim after a colour', '\x1b[31;2ma\x1b[22mb', '\x1b[31ma\x1b[22mb'],
  ['the default colour while dim', '\x1b[2;31ma\x1b[39mb', '\x1b[90;31ma\x1b[39;90mb'],
  ['dim twice', '\x1b[2ma\x1b[2mb', '\x1b[90ma'.concat('b')],
  ['2 in an extended colour', '\x1b[38;5;2ma\x1b[48;2;2;2;2mb', '\x1b[38;5;2ma\x1b[48;2;2;2;2mb'],
  ['2 in a colour with colons', '\x1b[38:2::2:2:2ma', '\x1b[38:2::2:2:2ma'],
  ['bold and dim', '\x1b[1;2ma', '\x1b[1;90ma'],
  ['other sequences', '\x1b[2J\x1b[2;2Ha', '\x1b[2J\x1b[2;2Ha'],
])('%s', (_, text, expected) => {
  expect(new DimText().convert(text)).toBe(expected);
});

test('the state and a sequence continue in the next text', () => {
  const dim = new DimText();
  const parts = ['\x1b[2ma', 'b\x1b[2', '2mc\x1b', '[2mde'];
  expect(parts.map((part) => dim.convert(part))).toEqual([
    '\x1b[90ma',
    'b',
    '\x1b[22;39mc',
    '\x1b[90mde',
  ]);
});
