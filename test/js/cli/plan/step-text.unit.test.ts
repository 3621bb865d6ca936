import type { PlanExecutionResult, StepFinishedEvent } from 'escher-execution-engine/plan';
import { finishedText, retryingText, summaryText } from '../../../../lib/cli/plan/step-text';
import { resultOf } from '../../support/fake-engine';

const base = { planId: 'p', timestamp: 0, executionId: 'x' };

const finished = (fields: Partial<StepFinishedEvent>): string =>
  finishedText({
    ...base,
    step: 1,
    name: null,
    status: 'completed',
    error: null,
    result: null,
    ...fields,
  });

test.each([
  [{ name: 'build', result: resultOf({ durationMs: 1500 }) }, 'completed  build  1.5s\n'],
  [{ status: 'skipped' }, 'skipped    #2\n'],
  [
    {
      status: 'failed',
      result: resultOf({ durationMs: 5 }),
      error: { code: 'ERR_IO', message: 'no' },
    },
    'failed     #2  5ms  no\n',
  ],
  [{ status: 'failed', error: { code: 'ERR_IO', message: 'no' } }, 'failed     #2  no\n'],
] as const)('a step that ends: %p', (fields, text) => {
  expect(finished(fields as Partial<StepFinishedEvent>)).toBe(text);
});

test('an attempt that failed', () => {
  const result = resultOf({ status: 'failed' });
  const event = { ...base, step: 0, name: 'a', attempt: 1, delayMs: 250, result };
  expect(retryingText(event)).toBe('retrying   a  attempt 1: failed, next in 250ms\n');
  expect(retryingText({ ...event, result: null })).toMatch(/attempt 1: no free slot,/);
});

test('the plan', () => {
  const stats = { total: 3, completed: 1, failed: 0, timeout: 1, cancelled: 0, skipped: 1 };
  const result = { status: 'failed', stats, totalDurationMs: 61_000 } as PlanExecutionResult;
  expect(summaryText(result)).toBe('failed: 3 steps, 1 completed, 1 timeout, 1 skipped, 1m 1s\n');
});
