import { failureMessage } from '../../../../lib/core/execution/failure-message';
import { resultOf } from '../../support/fake-engine';

const message = (command: string, stderr = ''): string =>
  failureMessage('Failed', resultOf({ command, stderr }));

const stderrIn = (text: string): string => message('make', text).slice('Failed: make\n\n'.length);

test.each([
  ['a command', 'make all', 'Failed: make all'],
  ['no command', '', 'Failed'],
  ['a command of 200 characters', 'é'.repeat(200), `Failed: ${'é'.repeat(200)}`],
  ['a longer one', '😀'.repeat(201), `Failed: ${'😀'.repeat(197)}...`],
  ['a much longer one', 'x'.repeat(1_000_000), `Failed: ${'x'.repeat(197)}...`],
  ['control characters in it', 'a\nb\u001b[31m\tc', 'Failed: a\\nb\\u001b[31m\tc'],
])('shows %s', (_, command, expected) => {
  expect(message(command)).toBe(expected);
});

describe('of stderr it shows', () => {
  const lines = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => `line ${index}`);

  test('nothing if there is none', () => {
    expect(message('make', '\n \n')).toBe('Failed: make');
  });

  test('all of at most 10 lines, without the last line end', () => {
    expect(message('make', 'one\r\n\r\ntwo\r\n')).toBe('Failed: make\n\none\n\ntwo');
    expect(stderrIn(lines(10).join('\n'))).toBe(lines(10).join('\n'));
  });

  test('the last 10 lines', () => {
    expect(stderrIn(`${lines(100_000).join('\n')}\n`)).toBe(lines(100_000).slice(-10).join('\n'));
  });

  test('whole lines of at most 2 KiB', () => {
    const long = Array.from({ length: 5 }, (_, index) => `${index}${'ä'.repeat(300)}`);
    expect(stderrIn(long.join('\n'))).toBe(long.slice(-3).join('\n'));
    const exact = `${'x'.repeat(2043)}\nlast`;
    expect(stderrIn(exact)).toBe(exact);
    expect(stderrIn(`x${exact}`)).toBe('last');
  });

  test.each([
    ['one', 'x'.repeat(3000), `...${'x'.repeat(2045)}`],
    ['one of many bytes', '€'.repeat(5000), `...${'€'.repeat(681)}`],
    ['a very long one', `first\n${'x'.repeat(1_000_000)}`, `...${'x'.repeat(2045)}`],
  ])('the end of a line that is longer: %s', (_, text, expected) => {
    expect(stderrIn(text)).toBe(expected);
    expect(Buffer.byteLength(stderrIn(text))).toBeLessThanOrEqual(2048);
  });

  test('control characters in a visible form, so that the parts around them stay apart', () => {
    expect(stderrIn('pass\u001b[0mword\u0007 50%\r100%')).toBe(
      'pass\\u001b[0mword\\u0007 50%\\u000d100%',
    );
    expect(stderrIn('\u0000'.repeat(2000)).length).toBeLessThanOrEqual(2048);
  });
});
