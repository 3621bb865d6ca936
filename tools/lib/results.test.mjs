import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ctestCases,
  faultCases,
  jestCases,
  listFailures,
  listFlaky,
  MOST_FLAKY,
  MOST_RERUNS,
  settle,
  toRunAgain,
  total,
} from './results.mjs';

const failure = (name, message = 'expected 1, received 2') => ({ name, status: 'failed', message });
const pass = (name) => ({ name, status: 'passed', message: '' });
const alone = (status) => ({ status, output: `${status} alone` });

test('a CTest report has one case for each test', () => {
  const xml = `<testsuite name="x" tests="4" failures="1">
    <testcase name="Pool.Waits" classname="Pool.Waits" time="0.1" status="run"><system-out>ok</system-out></testcase>
    <testcase name="Pool.Fails" classname="x" status="fail"><failure message=""/>
      <system-out>[ RUN ]&#10;pool_test.cpp:7: Failure&#10;a &lt; b</system-out></testcase>
    <testcase name="Pool.Skips" status="notrun"/>
    <testcase name="Pool.Off" status="disabled"></testcase>
  </testsuite>`;
  assert.deepEqual(
    ctestCases(xml).map(({ name, status }) => [name, status]),
    [
      ['Pool.Waits', 'passed'],
      ['Pool.Fails', 'failed'],
      ['Pool.Skips', 'skipped'],
      ['Pool.Off', 'skipped'],
    ],
  );
  assert.equal(ctestCases(xml)[1].message, 'pool_test.cpp:7: Failure\na < b');
});

test('a Jest report names the source of a suite', () => {
  const [passed, failed, skipped] = jestCases({
    testResults: [
      {
        name: '/clone/build/tests/test/js/core/a.test.js',
        status: 'failed',
        message: 'all of it',
        assertionResults: [
          { fullName: 'a works', status: 'passed', failureMessages: [] },
          { fullName: 'a fails', status: 'failed', failureMessages: ['one', 'two'] },
          { fullName: 'a waits', status: 'pending', failureMessages: [] },
        ],
      },
    ],
  });
  assert.equal(passed.status, 'passed');
  assert.equal(skipped.status, 'skipped');
  assert.deepEqual(failed, {
    name: 'test/js/core/a.test.ts: a fails',
    file: 'test/js/core/a.test.ts',
    title: 'a fails',
    status: 'failed',
    message: 'one\ntwo',
  });
});

test('a Jest suite that does not load is a failed case without a title', () => {
  const [only] = jestCases({
    testResults: [
      {
        name: '/c/build/tests/test/js/b.test.js',
        status: 'failed',
        message: 'gone',
        assertionResults: [],
      },
    ],
  });
  assert.equal(only.name, 'test/js/b.test.ts');
  assert.equal(only.title, undefined);
  assert.equal(only.status, 'failed');
});

test('a fault report has one case for each row', () => {
  const rows = [{ name: 'full-disk', status: 'failed', reason: 'lost 1', happened: 'an event' }];
  assert.deepEqual(faultCases({ rows }), [failure('full-disk', 'lost 1\nan event')]);
});

test('failed cases run again, unless there are too many', () => {
  const few = [pass('a'), failure('b')];
  assert.deepEqual(toRunAgain(few), [failure('b')]);
  const most = Array.from({ length: MOST_RERUNS }, (_, index) => failure(`case ${index}`));
  assert.equal(toRunAgain(most).length, MOST_RERUNS);
  assert.deepEqual(toRunAgain([...most, failure('one more')]), []);
});

test('a case that fails and then passes alone is flaky and counts as passed', () => {
  const step = settle({
    exitedWithZero: false,
    cases: [pass('a'), failure('b', 'slow')],
    reruns: new Map([['b', alone('passed')]]),
  });
  assert.deepEqual(step, {
    passed: 2,
    failed: 0,
    skipped: 0,
    failures: [],
    flaky: [{ name: 'b', first: 'slow', second: 'passed alone' }],
  });
});

test('a case that fails twice is failed', () => {
  const reruns = new Map([['b', alone('failed')]]);
  const step = settle({ exitedWithZero: false, cases: [pass('a'), failure('b')], reruns });
  assert.equal(step.failed, 1);
  assert.deepEqual(step.flaky, []);
  assert.equal(step.failures[0].name, 'b');
});

test('a case whose second run gives no result is failed', () => {
  const reruns = new Map([['b', { status: undefined, output: 'crash' }]]);
  assert.equal(settle({ exitedWithZero: false, cases: [failure('b')], reruns }).failed, 1);
  assert.equal(settle({ exitedWithZero: false, cases: [failure('b')] }).failed, 1);
});

test('a step that fails without a failed case is one failure', () => {
  assert.equal(settle({ exitedWithZero: false, cases: [pass('a')] }).failed, 1);
  assert.equal(settle({ exitedWithZero: true, cases: [] }).failed, 1);
  assert.equal(settle({ exitedWithZero: true, cases: [pass('a')] }).failed, 0);
});

test('up to three flaky cases leave the run green; more fail it', () => {
  const stepWith = (count) => {
    const cases = Array.from({ length: count }, (_, index) => failure(`case ${index}`));
    const reruns = new Map(cases.map(({ name }) => [name, alone('passed')]));
    return settle({ exitedWithZero: false, cases: [...cases, pass('last')], reruns });
  };
  assert.equal(MOST_FLAKY, 3);
  assert.deepEqual(total([stepWith(2), stepWith(1)]), { passed: 5, failed: 0, flaky: 3 });
  assert.deepEqual(total([stepWith(2), stepWith(2)]), { passed: 2, failed: 4, flaky: 4 });
});

test('the list of failures is cut', () => {
  const failures = Array.from({ length: 3 }, (_, index) => ({
    script: 'test:js',
    name: `case ${index}`,
    message: 'one\n\ntwo\nthree',
  }));
  assert.deepEqual(listFailures(failures, { mostCases: 1, mostLines: 2 }), [
    'test:js  case 0',
    '    one',
    '    two',
    'and 2 more',
  ]);
});

test('a flaky case is listed with both outputs', () => {
  const flaky = [{ script: 'test:cpp', name: 'Pool.Waits', first: 'timed out', second: 'OK' }];
  assert.deepEqual(listFlaky(flaky), [
    'test:cpp  Pool.Waits',
    '  failed at first:',
    '    timed out',
    '  passed alone:',
    '    OK',
  ]);
});
