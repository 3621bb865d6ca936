import type { ProgressState } from '../../../../lib/core/execution/progress-matches';
import { ProgressTracker } from '../../../../lib/core/execution/progress-tracker';
import { LinearPattern } from '../../../../lib/core/pattern/linear-pattern';

const EXPENSIVE = '(?:a+){40}b|(?<percent>\\d+)%';
const line = `${'a'.repeat(500)}!`;

function tracker(source: string) {
  const pattern = new LinearPattern(source, '');
  const states: ProgressState[] = [];
  const made = new ProgressTracker({ pattern }, (state) => states.push(state));
  return { pattern, states, tracker: made };
}

afterEach(() => {
  jest.useRealTimers();
});

describe('the work in one turn of the event loop', () => {
  test('is bounded, however many batches arrive', () => {
    const { pattern, tracker: taken } = tracker(EXPENSIVE);
    for (let count = 0; count < 5000; count++) taken.take(0, line, false, count);
    expect(pattern.steps).toBeLessThan(2 ** 21);
    taken.end();
    expect(pattern.steps).toBeLessThan(2 ** 22);
  });

  test('does not lose the last state', () => {
    const { states, tracker: taken } = tracker(EXPENSIVE);
    for (let count = 0; count < 500; count++)
      taken.take(count % 2 === 0 ? 0 : 1, line, false, count);
    taken.take(0, '70%', false, 500);
    expect(states).toEqual([]);
    taken.end();
    expect(states).toEqual([{ fraction: 0.7, label: null }]);
  });

  test('goes on in the next interval', () => {
    jest.useFakeTimers();
    const { pattern, states, tracker: taken } = tracker(EXPENSIVE);
    for (let count = 0; count < 500; count++) taken.take(0, line, false, count);
    const { steps } = pattern;
    taken.take(0, '40', true, 500);
    taken.take(0, '%', false, 501);
    expect(pattern.steps).toBe(steps);
    jest.advanceTimersByTime(50);
    expect(pattern.steps).toBeGreaterThan(steps);
    expect(states).toEqual([{ fraction: 0.4, label: null }]);
    // With nothing left to search or to report no timer runs.
    jest.advanceTimersByTime(100);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('keeps only the end of the output that waits', () => {
    const { pattern, states, tracker: taken } = tracker(EXPENSIVE);
    while (pattern.steps < 2 ** 19) taken.take(0, line, false, 0);
    taken.take(0, '10%', false, 1);
    taken.take(0, `9${'x'.repeat(9000)}`, true, 2);
    taken.take(0, '5%', false, 3);
    taken.end();
    expect(states).toEqual([{ fraction: 0.05, label: null }]);
  });
});
