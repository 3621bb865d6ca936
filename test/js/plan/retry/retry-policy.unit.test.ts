import type { ExecutionErrorInfo, ExecutionOutcome } from 'escher-execution-engine';
import {
  type AttemptEnd,
  backoffMs,
  checkedPolicy,
  isRetried,
} from '../../../../lib/plan/retry/retry-policy';
import { exited, resultOf } from '../../support/fake-engine';

const policy = (fields: object) => checkedPolicy('policy', { attempts: 3, ...fields });

const end = (outcome: ExecutionOutcome, ...output: string[]): AttemptEnd => ({
  outcome,
  refusal: undefined,
  output: () => output,
});

const failed = (code: ExecutionErrorInfo['code'], fields: object = {}) =>
  resultOf({ status: 'failed', error: { code, message: code }, ...fields });

describe('delays', () => {
  const delays = (fields: object, chance: number) =>
    [1, 2, 3, 4].map((number) => backoffMs(policy(fields), number, () => chance));

  test.each([
    ['grow by the factor', { jitter: false }, [1000, 2000, 4000, 8000]],
    ['end at the longest', { jitter: false, maxDelayMs: 3000 }, [1000, 2000, 3000, 3000]],
    ['stay the same with the factor 1', { jitter: false, factor: 1 }, [1000, 1000, 1000, 1000]],
    ['stay 0', { jitter: false, delayMs: 0, factor: 1e300 }, [0, 0, 0, 0]],
    ['reach the longest with any factor', { jitter: false, factor: 1e300 }, [1000, 3e4, 3e4, 3e4]],
  ])('%s', (_name, fields, expected) => {
    expect(delays(fields, 1)).toEqual(expected);
  });

  test('jitter shortens a delay to its half at most', () => {
    expect(delays({}, 0)).toEqual([500, 1000, 2000, 4000]);
    expect(delays({}, 0.5)).toEqual([750, 1500, 3000, 6000]);
    expect(delays({}, 1)).toEqual([1000, 2000, 4000, 8000]);
  });
});

describe('which ends are retried', () => {
  const all = { on: ['launch', 'timeout', 'exit', 'signal'] };

  test.each([
    ['success', end(exited(0)), all, false],
    ['a cancel', end(resultOf({ status: 'cancelled' })), all, false],
    ['an exit code', end(exited(1)), all, true],
    ['an exit code without "exit"', end(exited(1)), {}, false],
    [
      'a signal',
      end(failed('ERR_COMMAND_FAILED', { signal: 'SIGKILL' })),
      { on: ['signal'] },
      true,
    ],
    [
      'a signal with "exit"',
      end(failed('ERR_COMMAND_FAILED', { signal: 'SIGKILL' })),
      { on: ['exit'] },
      false,
    ],
    ['a timeout', end(resultOf({ status: 'timeout' })), { on: ['timeout'] }, true],
    ['a timeout by default', end(resultOf({ status: 'timeout' })), {}, false],
    ['a failed launch by default', end(failed('ERR_SPAWN_FAILED')), {}, true],
    ['too much output', end(failed('ERR_OUTPUT_SIZE_EXCEEDED', { signal: 'SIGTERM' })), all, false],
    ['a named exit code', end(exited(75)), { on: ['exit'], exitCodes: [75] }, true],
    ['another exit code', end(exited(74)), { on: ['exit'], exitCodes: [75] }, false],
    ['the pattern', end(exited(1), 'a', 'Throttling'), { on: ['exit'], output: /throttl/i }, true],
    ['no pattern', end(exited(1), 'a', 'b'), { on: ['exit'], output: /throttl/i }, false],
    ['the pattern as text', end(exited(1), 'x1'), { on: ['exit'], output: '^x\\d$' }, true],
    [
      'a timeout with a pattern for exits',
      end(resultOf({ status: 'timeout' })),
      { on: ['exit', 'timeout'], output: /x/ },
      true,
    ],
  ])('%s', (_name, attempt, fields, expected) => {
    expect(isRetried(policy(fields), 1, attempt)).toBe(expected);
    expect(isRetried(policy(fields), 3, attempt)).toBe(false);
  });

  test('a refusal for want of a place counts as a launch, other refusals are final', () => {
    const refused = (refusal: ExecutionErrorInfo['code']) => ({
      outcome: undefined,
      refusal,
      output: () => [],
    });
    expect(isRetried(policy({}), 1, refused('ERR_CONCURRENCY_LIMIT'))).toBe(true);
    expect(isRetried(policy(all), 1, refused('ERR_VALIDATION'))).toBe(false);
    expect(isRetried(policy({ on: ['exit'] }), 1, refused('ERR_CONCURRENCY_LIMIT'))).toBe(false);
  });

  test('a pattern with the flag g matches every attempt', () => {
    const global = policy({ on: ['exit'], output: /x/g });
    const attempt = end(exited(1), 'x');
    expect([1, 2].map((number) => isRetried(global, number, attempt))).toEqual([true, true]);
  });

  test('a pattern with the flag y matches at the start of the output, in every attempt', () => {
    const output = /x/gy;
    output.lastIndex = 1;
    const sticky = policy({ on: ['exit'], output });
    const retried = (text: string) =>
      [1, 2].map((number) => isRetried(sticky, number, end(exited(1), text)));
    expect(retried('xx')).toEqual([true, true]);
    expect(retried(' x')).toEqual([false, false]);
    expect(output.lastIndex).toBe(1);
  });
});

test.each([
  [undefined, /"policy" argument must be of type object/],
  [{}, /"policy.attempts" property must be of type number/],
  [{ attempts: 0 }, /"policy.attempts" is out of range.*at least 1.*Received 0/],
  [{ attempts: 1.5 }, /an integer of at least 1/],
  [{ attempts: Number.POSITIVE_INFINITY }, /an integer of at least 1/],
  [{ attempts: 2, delay: 5 }, /"policy.delay" property is unknown; did you mean "delayMs"/],
  [{ attempts: 2, delayMs: -1 }, /"policy.delayMs".*at least 0/],
  [{ attempts: 2, factor: 0.5 }, /"policy.factor".*at least 1/],
  [{ attempts: 2, maxDelayMs: Number.NaN }, /"policy.maxDelayMs"/],
  [{ attempts: 2, jitter: 1 }, /"policy.jitter" property must be of type boolean/],
  [{ attempts: 2, on: 'exit' }, /"policy.on" property must be an instance of Array/],
  [
    { attempts: 2, on: ['quit'] },
    /"policy.on\[0\]" property must be one of: 'launch'.*Received 'quit'/,
  ],
  [
    { attempts: 2, on: ['timout'] },
    /must be one of: 'launch', 'timeout'.*Received 'timout'; did you mean "timeout"\?$/,
  ],
  [{ attempts: 2, retryOn: ['exit'] }, /"policy.retryOn".*is unknown; did you mean "on"/],
  [{ retries: 2 }, /"policy.retries".*is unknown; did you mean "attempts"/],
  [{ attempts: 2, exitCodes: [1] }, /"policy.exitCodes" property needs 'exit' in "policy.on"/],
  [{ attempts: 2, output: /x/ }, /"policy.output" property needs 'exit' in "policy.on"/],
  [{ attempts: 2, on: ['exit'], exitCodes: [0] }, /"policy.exitCodes\[0\]".*at least 1/],
  [
    { attempts: 2, on: ['exit'], output: '(' },
    /"policy.output" property must be a regular expression/,
  ],
  [
    { attempts: 2, on: ['exit'], output: 5 },
    /"policy.output".*of type string or an instance of RegExp/,
  ],
])('the policy %p is rejected with the field', (given, message) => {
  expect(() => checkedPolicy('policy', given)).toThrow(message);
});
