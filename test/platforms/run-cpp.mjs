// Runs the C++ tests of another platform: each suite of GoogleTest in a process of its own, two at a time.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inRoot } from '../../tools/lib/paths.mjs';
import { capture } from '../../tools/lib/run.mjs';

const LONGEST_MS = 300_000;

/** The cases; those whose names match `skipped` are counted as skipped. */
export async function runCpp({ platform, command, skipped = [] }) {
  const program = [...command, inRoot('build/cross', platform, 'engine_tests')];
  const listed = await run(program, ['--gtest_list_tests']);
  const suites = [...listed.output.matchAll(/^(\S+)\.(?:\s.*)?$/gm)].map(([, suite]) => suite);
  if (listed.code !== 0 || suites.length === 0) {
    return [{ name: 'the list of tests', status: 'failed', message: listed.output }];
  }
  const folder = mkdtempSync(path.join(os.tmpdir(), 'escher-cpp-'));
  const cases = [];
  const worker = async () => {
    for (let suite = suites.shift(); suite !== undefined; suite = suites.shift()) {
      cases.push(...(await runOne(program, suite, { folder, skipped })));
    }
  };
  await Promise.all(Array.from({ length: os.availableParallelism() }, worker));
  rmSync(folder, { recursive: true });
  return cases;
}

async function runOne(program, suite, { folder, skipped }) {
  const report = path.join(folder, `${suite.replaceAll('/', '-')}.json`);
  const filter = `--gtest_filter=${suite}.*${skipped.length > 0 ? `-${skipped.join(':')}` : ''}`;
  const { code, output } = await run(program, [filter, `--gtest_output=json:${report}`]);
  try {
    const { testsuites } = JSON.parse(readFileSync(report, 'utf8'));
    return testsuites.flatMap(({ testsuite }) =>
      testsuite.map(({ name, result, failures = [] }) => ({
        name: `${suite}.${name}`,
        status: result === 'SKIPPED' ? 'skipped' : failures.length > 0 ? 'failed' : 'passed',
        message: failures.map(({ failure }) => failure).join('\n'),
      })),
    );
  } catch {
    const message = `exit code ${code}\n${output.slice(-4000)}`;
    return [{ name: `${suite} ends`, status: 'failed', message }];
  }
}

const run = ([program, ...first], args) =>
  capture(program, [...first, ...args], { timeout: LONGEST_MS });
