// Compiles test/js, and the files of lib/ that unit tests import, to build/tests and runs Jest on it:
// node tools/test-js.mjs [options of jest]
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { listFiles } from './lib/files.mjs';
import { bin, inRoot, testResults } from './lib/paths.mjs';
import { mustBin, succeeds } from './lib/run.mjs';

// The projects of jest.config.cjs, and how many suites of each run at a time.
const PROJECTS = { parallel: Math.min(os.availableParallelism(), 4), serial: 1 };

mkdirSync(testResults, { recursive: true });
dropOrphans();
mustBin('tsc', ['-p', 'tsconfig.test.json']);

const runs = Object.entries(PROJECTS).map(([project, workers]) => run(project, workers));
const testResultsOfAll = runs.flatMap(({ suites }) => suites);
writeFileSync(
  path.join(testResults, 'js.json'),
  JSON.stringify({ testResults: testResultsOfAll }, null, 2),
);
if (testResultsOfAll.length === 0) console.error('test-js: no test matches');
process.exitCode = runs.every(({ ok }) => ok) && testResultsOfAll.length > 0 ? 0 : 1;

function run(project, workers) {
  const file = path.join(testResults, `js-${project}.json`);
  rmSync(file, { force: true });
  const ok = succeeds(bin('jest'), [
    ...['--selectProjects', project, '--maxWorkers', String(workers), '--passWithNoTests'],
    ...['--json', `--outputFile=${file}`],
    ...process.argv.slice(2),
  ]);
  return { ok, suites: existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).testResults : [] };
}

/** Jest would run the compiled form of a test whose source was removed or renamed. */
function dropOrphans() {
  for (const file of listFiles(['build/tests'], ['.js'])) {
    const source = file.replace('build/tests/', '').replace(/\.js$/, '.ts');
    if (!existsSync(inRoot(source))) rmSync(inRoot(file));
  }
}
