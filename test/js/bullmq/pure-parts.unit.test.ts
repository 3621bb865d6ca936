/** The decisions of the fleet that need no store: bounds, leases, retries, states. */

import { endOf, parkMs, startOf } from '../../../lib/bullmq/bounds';
import {
  freshMs,
  graceOf,
  leaseOf,
  leastLockMs,
  longestGrace,
  marginMs,
  renewMs,
} from '../../../lib/bullmq/lease';
import { namesOf } from '../../../lib/bullmq/names';
import { type Ending, isRetried } from '../../../lib/bullmq/retry';
import { statusOf } from '../../../lib/bullmq/states';
import type { ExecutionConfig } from '../../../types/config';

describe('texts within a number of bytes', () => {
  test.each([
    ['short', 10, 'short', 'short'],
    ['abcdef', 3, 'def', 'abc'],
    ['aéé', 3, 'é', 'aé'],
    ['aéé', 4, 'éé', 'aé'],
    ['a😀', 3, '', 'a'],
    ['', 3, '', ''],
    ['abc', 0, '', ''],
  ])('%j in %i bytes', (text, bytes, end, start) => {
    expect(endOf(text, bytes)).toBe(end);
    expect(startOf(text, bytes)).toBe(start);
  });
});

describe('a lease', () => {
  const config = { forceKillAfterDelayMs: 5000 } as ExecutionConfig;

  test('ends before the lock, with the grace period and the margin', () => {
    expect(leaseOf(60_000, 5000)).toBe(60_000 - 5000 - marginMs(60_000));
  });

  test.each([3000, 6000, 60_000, 3_600_000])(
    'survives two renewals of a lock of %i ms',
    (lockMs) => {
      const grace = longestGrace(lockMs);
      const lease = leaseOf(lockMs, grace) as number;
      expect(lease).toBeGreaterThanOrEqual(2 * renewMs(lockMs));
      // Counted from a renewal whose answer came as late as it may.
      expect(freshMs(lockMs) + lease + grace).toBeLessThan(lockMs);
      expect(leaseOf(lockMs, grace + 1)).toBeUndefined();
      expect(leastLockMs(grace)).toBeLessThanOrEqual(lockMs);
      expect(leaseOf(leastLockMs(grace), grace)).toBeDefined();
      expect(leaseOf(leastLockMs(grace) - 10, grace)).toBeUndefined();
    },
  );

  test.each([
    [{}, 5000],
    [{ forceKillAfterDelayMs: 10 }, 10],
    [{ forceKillAfterDelayMs: false as const }, Number.POSITIVE_INFINITY],
    [
      {
        stop: [
          { signal: 'SIGINT' as const, waitMs: 20 },
          { signal: 'SIGTERM' as const, waitMs: 5 },
        ],
      },
      25,
    ],
  ])('counts the grace period of %j', (fields, grace) => {
    expect(graceOf({ ...fields }, config)).toBe(grace);
  });

  test('counts the steps of the configuration, unless the request has a signal', () => {
    const stop = { ...config, stop: [{ signal: 'SIGINT', waitMs: 70 }] } as ExecutionConfig;
    expect(graceOf({}, stop)).toBe(70);
    expect(graceOf({ killSignal: 'SIGINT' }, stop)).toBe(5000);
  });
});

describe('a retry', () => {
  const ending = (given: Partial<Ending>): Ending => ({
    status: 'failed',
    exitCode: null,
    startedAt: null,
    error: { code: 'ERR_SPAWN_FAILED', message: '' },
    ...given,
  });
  const failed = (exitCode: number): Ending =>
    ending({ exitCode, startedAt: 1, error: { code: 'ERR_COMMAND_FAILED', message: '' } });

  test('of a launch happens only if nothing ran', () => {
    expect(isRetried(ending({}), ['launch'])).toBe(true);
    expect(isRetried(ending({ startedAt: 1 }), ['launch'])).toBe(false);
    expect(isRetried(failed(1), ['launch'])).toBe(false);
  });

  test('of an invalid request happens only for what another machine may have', () => {
    const invalid = ending({ error: { code: 'ERR_VALIDATION', message: '' } });
    expect(isRetried(invalid, ['launch'], 'PROGRAM_NOT_FOUND')).toBe(true);
    expect(isRetried(invalid, ['launch'], 'EMPTY_COMMAND')).toBe(false);
  });

  test('of an exit code happens for that code', () => {
    expect(isRetried(failed(75), ['launch', 75])).toBe(true);
    expect(isRetried(failed(76), ['launch', 75])).toBe(false);
  });

  test('of a timeout happens if it is named', () => {
    const late = ending({ status: 'timeout', startedAt: 1 });
    expect(isRetried(late, ['timeout'])).toBe(true);
    expect(isRetried(late, ['launch', 1])).toBe(false);
  });

  test('never happens after a cancel, a loss or success', () => {
    const every = ['launch', 'timeout', 1] as const;
    expect(isRetried(ending({ status: 'cancelled' }), every)).toBe(false);
    expect(isRetried(ending({ status: 'completed', error: null }), every)).toBe(false);
    const lost = ending({ error: { code: 'ERR_LOST', message: '' } });
    expect(isRetried(lost, every)).toBe(false);
  });
});

test.each([
  ['waiting', 'pending'],
  ['prioritized', 'pending'],
  ['delayed', 'pending'],
  ['active', 'running'],
  ['completed', 'completed'],
  ['failed', 'failed'],
  ['unknown', undefined],
])('the state %s of a job is %s', (state, status) => {
  expect(statusOf(state, undefined)).toBe(status);
});

test('jobs that wait longer for their key look less often, and never less than every ten minutes', () => {
  expect(parkMs(0)).toBe(15_000);
  expect(parkMs(100)).toBeGreaterThan(parkMs(10));
  expect(parkMs(1e9)).toBe(600_000);
});

test('two queues have no name in common', () => {
  const one = namesOf('bull', 'one');
  const two = namesOf('bull', 'two');
  expect([one.run('1'), one.cancels]).not.toEqual([two.run('1'), two.cancels]);
});
