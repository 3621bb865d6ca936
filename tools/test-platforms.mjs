// The packages of other platforms, and the package for Linux x64 in other runtimes:
//   npm run test:platforms [-- --platform NAME]... [-- --only TEXT] [-- --record] [-- --built]
// Builds what is not built (--built: nothing), checks what each binary needs, and runs what this machine can run: the suite of
// test/platforms/ in each runtime, the C++ tests of other platforms. The platforms are those with a record, or those that
// --platform names; --only takes the runs whose name has the text.
// --record writes what has run into test/platforms/results/ and the table of docs/architecture.md; without it, a run
// that is recorded there must have run.
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { runCpp } from '../test/platforms/run-cpp.mjs';
import { runSuite } from '../test/platforms/run-suite.mjs';
import { cppRuns, suiteRuns } from '../test/platforms/runs.mjs';
import { buildFor } from './cross/build.mjs';
import { ZIG } from './cross/zig.mjs';
import { inRoot, testResults } from './lib/paths.mjs';
import { readResults, unconfirmed, writeResult } from './lib/platform-results.mjs';
import { must } from './lib/run.mjs';
import { inspect } from './pack/binary.mjs';
import { packPlatform } from './pack/platform-package.mjs';
import { allPackages, isCrossBuilt } from './pack/target.mjs';

const { values: options } = parseArgs({
  options: {
    platform: { type: 'string', multiple: true },
    only: { type: 'string' },
    record: { type: 'boolean', default: false },
    built: { type: 'boolean', default: false },
  },
});
const wanted = options.platform ?? readResults().map(({ platform }) => platform);
const isOfWanted = (platform) => wanted.includes(platform);
const isWanted = ({ platform, by }) => isOfWanted(platform) && by.includes(options.only ?? '');
const today = new Date().toISOString().slice(0, 10);
const packages = allPackages().filter(
  ({ target }) => target.os !== 'win32' && isOfWanted(target.name),
);

const cases = [];
const records = new Map();
try {
  await run();
} catch (error) {
  note({ name: 'set-up', status: 'failed', message: String(error.stack ?? error) });
}
finish();

async function run() {
  if (!options.built) await buildAll();
  const project = makeProject();
  for (const found of packages) inspectPackage(found);
  for (const one of suiteRuns(isOfWanted)) {
    if (isWanted(one)) take(one, await runSuite(one, project));
  }
  for (const one of cppRuns(isOfWanted)) {
    if (isWanted(one)) take(one, await runCpp(one));
  }
}

async function buildAll() {
  const tested = cppRuns(isOfWanted)
    .filter(isWanted)
    .map(({ platform }) => platform);
  await buildFor(tested, { tests: true });
  await buildFor(packages.map(({ target }) => target.name).filter(isCrossBuilt));
}

/** A folder in which the packages of all platforms are installed, as they are packed. */
function makeProject() {
  const project = inRoot('build/platforms');
  const root = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  rmSync(project, { recursive: true, force: true });
  const main = path.join(project, 'node_modules', root.name);
  mkdirSync(main, { recursive: true });
  cpSync(inRoot('dist'), path.join(main, 'dist'), { recursive: true });
  cpSync(inRoot('package.json'), path.join(main, 'package.json'));
  for (const { target, binary } of packages) {
    const packed = packPlatform({ root, target, binary, destination: inRoot('build/pack') });
    symlinkSync(inRoot('build/pack', packed.name), path.join(project, 'node_modules', packed.name));
  }
  const manifest = { private: true, type: 'module', dependencies: { [root.name]: '*' } };
  writeFileSync(path.join(project, 'package.json'), JSON.stringify(manifest));
  cpSync(inRoot('test/platforms'), project, {
    recursive: true,
    filter: (file) => !file.includes('node_modules'),
  });
  return project;
}

function inspectPackage({ target, binary }) {
  const { size, glibc, macos, wrong } = inspect(binary, target);
  note({
    name: `${target.name}: the binary needs no more than it may`,
    status: wrong.length === 0 ? 'passed' : 'failed',
    message: wrong.join('\n'),
  });
  const oldest = glibc ?? macos;
  const system = target.libc ?? 'macOS';
  records.set(target.name, {
    platform: target.name,
    built: `${ZIG} on Linux x64`,
    linked: true,
    bytes: size,
    needs: oldest === undefined ? system : `${system} >= ${oldest}`,
    runs: [],
    refused: target.os === 'darwin' ? ['`limits`', '`umask`', '`uid`', '`gid`', '`pty`'] : [],
  });
}

/** `found` are the cases of a run. One that the platform cannot run, for a known reason, is skipped. */
function take({ platform, by, what, without }, found) {
  for (const { name, status, message } of found) {
    note({ name: `${platform}, ${by}: ${name}`, status, message });
  }
  const count = (wanted) => found.filter(({ status }) => status === wanted).length;
  const of = found.length - count('skipped');
  records.get(platform).runs.push({
    ...{ by, what, passed: count('passed'), of, on: today },
    ...(without === undefined ? {} : { without }),
  });
  console.log(`${platform}, ${by}: ${what}, ${count('passed')} of ${of} passed`);
}

function note(one) {
  cases.push(one);
  if (one.status === 'failed') console.log(`FAILED  ${one.name}\n${one.message}`);
}

function finish() {
  const isWhole = options.only === undefined;
  if (options.record && isWhole) {
    for (const record of records.values()) writeResult(record);
    must(process.execPath, ['tools/platform-table.mjs']);
  } else if (isWhole) {
    // Of Node.js 20 there is no package to install: it is the one that runs this, or it is not there.
    const isHere = ({ by }) => by !== 'Node.js 20' || process.versions.node.startsWith('20.');
    const repeated = (platform, run) =>
      isHere(run) && packages.some(({ target }) => target.name === platform);
    for (const why of unconfirmed(readResults(), [...records.values()], repeated)) {
      note({ name: why, status: 'failed', message: 'run it with --record, if that is right' });
    }
  }
  mkdirSync(testResults, { recursive: true });
  writeFileSync(path.join(testResults, 'platforms.json'), JSON.stringify({ cases }, null, 2));
  const count = (wanted) => cases.filter(({ status }) => status === wanted).length;
  console.log(`platforms: ${count('passed')} passed, ${count('failed')} failed`);
  process.exitCode = count('failed') > 0 || count('passed') === 0 ? 1 : 0;
}
