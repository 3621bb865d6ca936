// `npm test` runs what a contributor runs; `npm test -- --all` runs everything. Steps run one after the other, and a
// failed step does not stop the others. A case of CTest, of Jest, of the fault kit, of the fleet or of Windows that fails is run once more, alone.
// The last line is `N passed, N failed`: the cases of those four, and every other step as one.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { testResults } from './lib/paths.mjs';
import { timed } from './lib/report.mjs';
import {
  ctestCases,
  faultCases,
  jestCases,
  listFailures,
  listFlaky,
  MOST_FLAKY,
  settle,
  toRunAgain,
  total,
} from './lib/results.mjs';
import { capture, succeeds } from './lib/run.mjs';

const ctest = (preset) => ({
  resultFile: `cpp-${preset}.xml`,
  read: ctestCases,
  again: ({ name }) => ['tools/test-cpp.mjs', preset, '-R', `^${escaped(name)}$`],
});
const jest = {
  resultFile: 'js.json',
  read: (text) => jestCases(JSON.parse(text)),
  again: ({ file, title }) => [
    'tools/test-js.mjs',
    escaped(file.replace(/\.ts$/, '.js')),
    ...(title === undefined ? [] : ['-t', `^${escaped(title)}$`]),
  ],
};
const faults = {
  resultFile: 'faults.json',
  read: (text) => faultCases(JSON.parse(text)),
  again: ({ name }) => ['tools/test-faults.mjs', '--row', name],
};

// Another one is built for minutes, so `npm run test:platforms` alone builds and runs all of the table.
const quickPlatforms = ['--platform', 'linux-x64-glibc'];

const fleet = {
  resultFile: 'fleet.json',
  read: (text) => faultCases(JSON.parse(text)),
  // `postgres: SIGTERM drains`
  again: ({ name }) => ['tools/test-fleet.mjs', '--store', name.split(':')[0], '--row', name],
};
const platforms = {
  resultFile: 'platforms.json',
  read: (text) => JSON.parse(text).cases,
  // `linux-x64-glibc, Bun 1.4.5: a command gets a terminal`
  again: ({ name }) => {
    const [, platform, by = ''] = /^([\w-]+)(?:, ([^:]+))?: /.exec(name) ?? [];
    const only = platform === undefined ? quickPlatforms : ['--platform', platform];
    return ['tools/test-platforms.mjs', ...only, '--only', by];
  },
};
const windows = {
  resultFile: 'windows.json',
  read: (text) => faultCases(JSON.parse(text)),
  again: ({ name }) => ['tools/test-windows.mjs', '--no-build', '--only', name],
};

const { all } = readOptions();
// `all` marks the steps that only `--all` runs. The first four build, so that the times of the others are those of
// tests. clang-tidy runs in `build:tidy`: what has not changed since the last run is not analysed again, here or in `lint`.
const steps = [
  { script: 'build' },
  { script: 'build:cpp-tests' },
  { script: 'build:portable' },
  { script: 'build:tidy' },
  { script: 'lint' },
  { script: 'test:tools' },
  { script: 'test:cpp', runner: ctest('dev') },
  { script: 'test:js', runner: jest },
  { script: 'test:types' },
  { script: 'test:examples' },
  { script: 'test:package', args: all ? ['--nodes'] : [] },
  { script: 'test:asan', runner: ctest('asan'), all: true },
  { script: 'test:tsan', runner: ctest('tsan'), all: true },
  { script: 'test:addon-asan', all: true },
  { script: 'test:faults', runner: faults, all: true },
  { script: 'test:platforms', args: quickPlatforms, runner: platforms, all: true },
  {
    script: 'test:fleet',
    args: ['--store', 'redis', '--store', 'postgres'],
    runner: fleet,
    all: true,
  },
  { script: 'test:windows', runner: windows, all: true },
  { script: 'test:fuzz', args: ['--seconds', '5'], all: true },
  { script: 'bench', args: ['--smoke'], all: true },
  { script: 'bench:cpp', args: ['--benchmark_min_time=0.01'], all: true },
];

// Results of an earlier run must not count for this one.
rmSync(testResults, { recursive: true, force: true });
mkdirSync(testResults, { recursive: true });

const results = [];
for (const step of steps) {
  if (all || !step.all) results.push(await runStep(step));
}
report();

function readOptions() {
  try {
    return parseArgs({ options: { all: { type: 'boolean', default: false } } }).values;
  } catch (error) {
    console.error(`test: ${error.message}\nusage: npm test [-- --all]`);
    process.exit(2);
  }
}

async function runStep({ script, args = [], runner }) {
  console.log(`\n=== npm run ${[script, ...args].join(' ')}`);
  const { value, seconds } = await timed(async () => {
    const options = args.length > 0 ? ['--', ...args] : [];
    const exitedWithZero = succeeds('npm', ['run', '--silent', script, ...options]);
    if (runner === undefined) {
      const status = exitedWithZero ? 'passed' : 'failed';
      return settle({ exitedWithZero, cases: [{ name: script, status, message: '' }] });
    }
    const cases = readCases(runner, testResults);
    return settle({ exitedWithZero, cases, reruns: await runAgain(runner, cases) });
  });
  return { script, seconds, ...value };
}

/** A runner that crashes leaves no results. */
function readCases({ resultFile, read }, folder) {
  try {
    return read(readFileSync(path.join(folder, resultFile), 'utf8'));
  } catch {
    return [];
  }
}

/** The status and the output of the second run of each failed case, by its name. */
async function runAgain(runner, cases) {
  const reruns = new Map();
  const folder = path.join(testResults, 'again');
  for (const one of toRunAgain(cases)) {
    console.log(`\n=== once more, alone: ${one.name}`);
    rmSync(folder, { recursive: true, force: true });
    const { output } = await capture(process.execPath, runner.again(one), {
      env: { ...process.env, ESCHER_TEST_RESULTS: folder },
    });
    const status = readCases(runner, folder).find(({ name }) => name === one.name)?.status;
    console.log(status ?? 'no result');
    reruns.set(one.name, { status, output });
  }
  return reruns;
}

function report() {
  const withScript = (name) =>
    results.flatMap((result) => result[name].map((one) => ({ script: result.script, ...one })));
  const failures = withScript('failures').filter(({ script, name }) => script !== name);
  const flaky = withScript('flaky');
  if (failures.length > 0) console.log(`\n=== failed\n${listFailures(failures).join('\n')}`);
  if (flaky.length > 0) console.log(`\n=== flaky\n${listFlaky(flaky).join('\n')}`);
  writeFileSync(path.join(testResults, 'flaky.json'), `${JSON.stringify(flaky, null, 2)}\n`);

  console.log(`\n=== steps, on ${os.availableParallelism()} cores`);
  for (const result of results) console.log(describe(result));
  const { passed, failed } = total(results);
  if (flaky.length > MOST_FLAKY) {
    console.log(
      `${flaky.length} flaky cases, ${MOST_FLAKY} are allowed: all of them count as failed`,
    );
  }
  const line = `${passed} passed, ${failed} failed`;
  writeFileSync(path.join(testResults, 'summary.txt'), `${line}\n`);
  console.log(line);
  process.exitCode = failed > 0 ? 1 : 0;
}

function describe({ script, passed, failed, skipped, flaky, seconds }) {
  const counts = [`${passed} passed`, `${failed} failed`];
  if (skipped > 0) counts.push(`${skipped} skipped`);
  if (flaky.length > 0) counts.push(`${flaky.length} flaky`);
  const status = failed === 0 ? 'ok    ' : 'FAILED';
  const time = `${seconds.toFixed(0)} s`.padStart(6);
  return `${status}  ${script.padEnd(20)}${counts.join(', ').padEnd(40)}${time}`;
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
