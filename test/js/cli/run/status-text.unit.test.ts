import { statusText } from '../../../../lib/cli/run/status-text';

describe('the status line', () => {
  const facts = {
    elapsedMs: 12_345,
    linesPerSecond: 1234,
    bytesPerSecond: 56_789,
    cpuPercent: 42.4,
    fraction: 0.456,
    label: 'linking',
  };

  test('contains all parts if there is room', () => {
    expect(statusText(facts, 100)).toBe(
      '12s  [=========>          ]  45%  linking  1.2k lines/s  55.5 KiB/s  CPU 42%',
    );
  });

  test('omits unknown values', () => {
    const { fraction: _, label: __, cpuPercent: ___, ...known } = facts;
    expect(statusText(known, 100)).toBe('12s  1.2k lines/s  55.5 KiB/s');
  });

  test('omits the parts of least weight, and is never too wide', () => {
    expect(statusText(facts, 40)).toBe('12s  45%  1.2k lines/s  55.5 KiB/s');
    expect(statusText(facts, 12)).toBe('12s  45%');
    for (let columns = 0; columns < 100; columns++) {
      expect(statusText(facts, columns).length).toBeLessThanOrEqual(columns);
    }
  });

  test('counts wide characters as two columns', () => {
    const wide = { elapsedMs: 0, linesPerSecond: 0, bytesPerSecond: 0, label: '進捗'.repeat(6) };
    expect(statusText(wide, 40)).not.toContain('進');
    expect(statusText(wide, 60)).toContain('進');
  });

  test('contains no control characters of a label', () => {
    const text = statusText({ ...facts, label: 'a\x1b[2Jb\r\nc\u202ed\u2028e' }, 200);
    expect(text).toContain('a [2Jb c d e');
  });

  test.each([
    [-1, '[>                   ]  0%'],
    [0, '[>                   ]  0%'],
    [0.999, '[===================>]  99%'],
    [1, '[====================]  100%'],
    [7, '[====================]  100%'],
  ])('shows a progress of %d', (fraction, text) => {
    expect(statusText({ ...facts, fraction }, 200)).toContain(text);
  });
});
