import {
  type ProgressState,
  patternFinder,
  sequenceFinder,
} from '../../../../lib/core/execution/progress-matches';
import { LinearPattern } from '../../../../lib/core/pattern/linear-pattern';
import { polluted } from '../../support/pollution';

/** A finder, and the steps that its pattern took for a text. */
function searched(
  source: string,
  text: string,
): { state: ProgressState | undefined; steps: number } {
  const pattern = new LinearPattern(source, '');
  const state = patternFinder(pattern).find(0, text, false);
  return { state, steps: pattern.steps };
}

describe('the work for one batch', () => {
  test('is bounded for many lines that an expensive pattern does not match', () => {
    const lines = `${'a'.repeat(500)}!\n`.repeat(2000);
    const { state, steps } = searched('(?:a+){40}b', lines);
    expect(state).toBeUndefined();
    expect(steps).toBeLessThan(2 ** 20);
  });

  test('goes to the last lines first', () => {
    const lines = `${`${'a'.repeat(500)}!\n`.repeat(2000)}70%`;
    expect(searched('(?:a+){40}b|(?<percent>\\d+)%', lines).state).toEqual({
      fraction: 0.7,
      label: null,
    });
  });

  test('reaches every line of ordinary output', () => {
    const lines = `10%\n${'compiling src/engine/dispatcher.cpp\n'.repeat(1500)}`;
    expect(searched('(\\d+)%', lines).state).toEqual({ fraction: 0.1, label: null });
  });

  test('is linear for escape sequences that do not end', () => {
    // Removed by `stripVTControlCharacters`, each of them takes minutes.
    for (const text of [';?', ';a', '1;', '[', ']']) {
      const line = `\x1b${text.repeat(400_000)}\n5%`;
      expect(searched('(\\d+)%', line).state).toEqual({ fraction: 0.05, label: null });
      expect(sequenceFinder().find(0, line, false)).toBeUndefined();
    }
  });
});

test('a polluted Object.prototype adds no group', async () => {
  await polluted({ percent: '99', label: 'polluted' }, async () => {
    expect(searched('(\\d+)%', '5%').state).toEqual({ fraction: 0.05, label: null });
    expect(searched('(?<current>\\d+) of (?<total>\\d+)', '1 of 2').state).toEqual({
      fraction: 0.5,
      label: null,
    });
  });
});
