import { formatDuration, parseDuration } from '../../../lib/cli/duration';

describe('durations', () => {
  test.each([
    ['5', 5000],
    ['0', 0],
    ['5s', 5000],
    ['250ms', 250],
    ['1.5m', 90_000],
    ['.5s', 500],
    ['2.s', 2000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['007', 7000],
  ])('%s is %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  test.each([
    '',
    's',
    '-5',
    '+5',
    '5 s',
    ' 5',
    '5S',
    '5sec',
    '1m30s',
    '1e3',
    '0x10',
    '.',
    'Infinity',
    'NaN',
    '5,5',
    '99999999999999999d',
  ])('%j is rejected', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test.each([
    [0, '0ms'],
    [0.4, '0ms'],
    [999.4, '999ms'],
    [999.6, '1s'],
    [1000, '1s'],
    [1540, '1.5s'],
    [59_940, '59.9s'],
    [59_960, '1m'],
    [60_000, '1m'],
    [90_000, '1m 30s'],
    [3_599_400, '59m 59s'],
    [3_599_600, '1h'],
    [3_660_000, '1h 1m'],
    [86_399_000, '23h 59m'],
    [86_400_000, '1d'],
    [93_600_000, '1d 2h'],
  ])('%d ms is formatted as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  test.each([250, 5000, 90_000, 7_200_000, 86_400_000])(
    '%d ms survives a round trip',
    (milliseconds) => {
      const [first = '', second] = formatDuration(milliseconds).split(' ');
      const parsed = (text: string): number => parseDuration(text) as number;
      expect(parsed(first) + (second === undefined ? 0 : parsed(second))).toBe(milliseconds);
    },
  );
});
