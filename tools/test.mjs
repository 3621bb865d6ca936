// `npm test`: every check and every test, one after the other, all of them even when one fails. Ends with the names of
// the cases that failed, with what ran, and with one line `N passed, N failed`: the cases of CTest and Jest, and each
// other step as one.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { ctestFailures, faultFailures, jestFailures, listed } from './lib/failed-cases.mjs';
import { testResults } from './lib/paths.mjs';
import { succeeds } from './lib/run.mjs';

const steps = [
  { script: 'lint' },
  { script: 'test:cpp', count: () => countCtest('dev') },
  { script: 'test:js', count: countJest },
  { script: 'test:asan', count: () => countCtest('asan') },
  { script: 'test:tsan', count: () => countCtest('tsan') },
  { script: 'test:addon-asan' },
  { script: 'test:faults', count: countFaults },
  { script: 'test:fuzz', args: ['--seconds', '5'] },
  { script: 'test:types' },
  { script: 'test:examples' },
  { script: 'test:node-versions' },
  { script: 'test:package' },
  { script: 'bench', args: ['--smoke'] },
  { script: 'bench:cpp', args: ['--smoke'] },
];

// What an earlier run left must never count for this one.
rmSync(testResults, { recursive: true, force: true });
mkdirSync(testResults, { recursive: true });

const results = steps.map(runStep);
report();

function runStep({ script, args = [], count = countStep }) {
  console.log(`\n=== npm run ${[script, ...args].join(' ')}`);
  const start = performance.now();
  const ok = succeeds('npm', [
    'run',
    '--silent',
    script,
    ...(args.length > 0 ? ['--', ...args] : []),
  ]);
  const seconds = (performance.now() - start) / 1000;
  const counted = readCount(count, ok);
  // A runner that failed without a failed case (it did not build, it found no test) is one failure.
  const good = ok && counted.passed > 0 && counted.failed === 0;
  if (!good && counted.failed === 0) counted.failed = 1;
  return { script, seconds, good, ...counted };
}

function readCount(count, ok) {
  try {
    return count(ok);
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function countStep(ok) {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

function countCtest(preset) {
  const results = readResults(`cpp-${preset}.xml`);
  const suite = /<testsuite\b[^>]*>/.exec(results)[0];
  const number = (name) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = number('failures') + number('errors');
  const skipped = number('skipped') + number('disabled');
  const passed = number('tests') - failed - skipped;
  return { passed, failed, skipped, failures: ctestFailures(results) };
}

function countJest() {
  const all = JSON.parse(readResults('js.json'));
  // A suite that could not even be loaded has no failed case of its own.
  return {
    passed: all.numPassedTests,
    failed: all.numFailedTests + all.numRuntimeErrorTestSuites,
    skipped: all.numPendingTests + all.numTodoTests,
    failures: jestFailures(all),
  };
}

function countFaults() {
  const all = JSON.parse(readResults('faults.json'));
  const count = (wanted) => all.rows.filter(({ status }) => status === wanted).length;
  return {
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    failures: faultFailures(all),
  };
}

function readResults(name) {
  return readFileSync(path.join(testResults, name), 'utf8');
}

function report() {
  const failures = results.flatMap(({ script, failures = [] }) =>
    failures.map((failure) => ({ script, ...failure })),
  );
  // The end of a log is what is left of it where it is cut.
  if (failures.length > 0) console.log(`\n=== failed\n${listed(failures).join('\n')}`);
  const sum = (name) => results.reduce((total, result) => total + result[name], 0);
  console.log('\n=== all');
  for (const { script, good, passed, failed, skipped, seconds } of results) {
    const counts = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
    console.log(
      `${good ? 'ok    ' : 'FAILED'}  ${script.padEnd(20)}${counts.padEnd(36)}${seconds.toFixed(0).padStart(4)} s`,
    );
  }
  const line = `${sum('passed')} passed, ${sum('failed')} failed`;
  writeFileSync(path.join(testResults, 'summary.txt'), `${line}\n`);
  console.log(line);
  process.exitCode = sum('failed') > 0 ? 1 : 0;
}
