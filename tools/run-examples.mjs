// Runs every example, the demo, and the programs in the pages for users, each in a process of its own:
// node tools/run-examples.mjs [part of a name]
// One passes when it exits by itself with 0, or with the exit code that it sets, without a warning of Node, in its time.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { codeBlocks } from './lib/code-blocks.mjs';
import { listFiles } from './lib/files.mjs';
import { inRoot, root } from './lib/paths.mjs';

const pages = [
  'README.md',
  'docs/guide.md',
  'docs/from-execa.md',
  'docs/from-the-crate.md',
  'docs/bridge.md',
  'docs/ui-integration.md',
];

const env = { ...process.env, PATH: `${installedProgram()}${path.delimiter}${process.env.PATH}` };
const wanted = process.argv[2] ?? '';
const programs = [
  ...listFiles(['examples'], ['.mjs'])
    .filter((file) => file.split('/').length === 2 || file.endsWith('/main.mjs'))
    .map((file) => ({ name: file, file, input: '', exitCode: 0 })),
  ...pages.flatMap(codeBlocks),
].filter(({ name }) => name.includes(wanted));
const failed = programs.filter((program) => !passes(program));

if (programs.length === 0) console.error('run-examples: there is no such example');
console.log(`examples: ${programs.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = programs.length === 0 || failed.length > 0 ? 1 : 0;

/** A folder with the program of the package, by its name, as it is where that is installed. */
function installedProgram() {
  const folder = inRoot('build/code-blocks/bin');
  const program = inRoot('dist/cli/main.js');
  const name = path.join(folder, 'escher-execution-engine');
  mkdirSync(folder, { recursive: true });
  rmSync(name, { force: true });
  symlinkSync(program, name);
  return folder;
}

function passes({ name, file, input, exitCode }) {
  const start = performance.now();
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--throw-deprecation', file],
    {
      cwd: root,
      env,
      encoding: 'utf8',
      input,
      timeout: 180_000,
    },
  );
  const ok = status === exitCode && stderr === '';
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${ok ? 'passed' : 'FAILED'}  ${name} (${seconds} s)`);
  if (!ok) console.log(`${stdout}${stderr}${signal ?? `exit code ${status}`}\n`);
  return ok;
}
