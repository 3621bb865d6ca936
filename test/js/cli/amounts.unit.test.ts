import { formatBytes, formatCount } from '../../../lib/cli/amounts';

describe('amounts', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [999.6, '1.0k'],
    [1234, '1.2k'],
    [99_949, '99.9k'],
    [123_456, '123k'],
    [999_999, '1.0M'],
    [1e12, '1000G'],
  ])('a count of %d is formatted as %s', (count, text) => expect(formatCount(count)).toBe(text));

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 KiB'],
    [1_572_864, '1.5 MiB'],
  ])('%d bytes are formatted as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});
