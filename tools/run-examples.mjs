// Runs every example and the demo, each in a process of its own: node tools/run-examples.mjs [part of a name]
// An example passes when it exits with 0 by itself, without a warning of Node, within its time.
import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { listFiles } from './lib/files.mjs';
import { root } from './lib/paths.mjs';

const wanted = process.argv[2] ?? '';
const examples = listFiles(['examples'], ['.mjs'])
  .filter((file) => file.split('/').length === 2 || file.endsWith('/main.mjs'))
  .filter((file) => file.includes(wanted));
const failed = examples.filter((file) => !passes(file));

if (examples.length === 0) console.error('run-examples: there is no such example');
console.log(`examples: ${examples.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = examples.length === 0 || failed.length > 0 ? 1 : 0;

function passes(file) {
  const start = performance.now();
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--throw-deprecation', file],
    {
      cwd: root,
      encoding: 'utf8',
      timeout: 60_000,
    },
  );
  const ok = status === 0 && stderr === '';
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${ok ? 'passed' : 'FAILED'}  ${file} (${seconds} s)`);
  if (!ok) console.log(`${stdout}${stderr}${signal ?? `exit code ${status}`}\n`);
  return ok;
}
