import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gtestCases, recordOf, tapCases } from './windows-results.mjs';

test('the output of GoogleTest has one case for each test, with the text of a failed one', () => {
  const output = [
    '[ RUN      ] Job.EndsATree',
    '[       OK ] Job.EndsATree (3 ms)',
    '[ RUN      ] Job.Counts',
    'expected 1, received 2',
    '[  FAILED  ] Job.Counts (1 ms)',
    '[ RUN      ] Job.Limits',
    '[  SKIPPED ] Job.Limits (0 ms)',
  ].join('\r\n');
  assert.deepEqual(gtestCases(output, 1), [
    { name: 'Job.EndsATree', status: 'passed', reason: '' },
    { name: 'Job.Counts', status: 'failed', reason: 'expected 1, received 2' },
    { name: 'Job.Limits', status: 'skipped', reason: '' },
  ]);
});

test('a run that ends in the middle of a test is a failed case', () => {
  const [row] = gtestCases('[ RUN      ] Job.EndsATree\n', 124);
  assert.equal(row.status, 'failed');
  assert.match(row.reason, /^it took too long/);
  assert.equal(tapCases('', 1)[0].status, 'failed');
});

test('the record of a run counts what has passed of what was not skipped', () => {
  const rows = ['passed', 'failed', 'skipped'].map((status) => ({ name: status, status }));
  const record = recordOf({
    ...{ platform: 'win32-x64', compiler: 'GCC 12', bytes: 2_000_000, on: '2026-11-30' },
    runs: [{ by: 'Wine 8.0', what: 'C++ tests', rows }],
  });
  assert.equal(record.built, 'mingw-w64, GCC 12 on Linux x64');
  assert.deepEqual(record.runs, [
    { by: 'Wine 8.0', what: 'C++ tests', on: '2026-11-30', passed: 1, of: 2, without: '1 skipped' },
  ]);
});
