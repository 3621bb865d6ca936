// Loads the one built addon in several versions of Node.js, through the package's two entries, and runs commands in
// each: node tools/node-versions/run.mjs
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { inRoot } from '../lib/paths.mjs';
import { must } from '../lib/run.mjs';

const here = inRoot('tools/node-versions');
// A package of its own: these binaries exist for one platform only, and weigh 600 MB.
const binariesHere = `${here}/binaries`;

const binaries = [
  process.execPath,
  ...(process.platform === 'linux' && process.arch === 'x64' ? otherVersions() : []),
];
const failed = binaries.filter(
  (binary) => !['smoke.cjs', 'smoke.mjs'].every((script) => passes(binary, script)),
);

if (binaries.length === 1)
  console.log('node-versions: the others exist for Linux on x64 only; checked the running one');
process.exitCode = failed.length > 0 ? 1 : 0;

function otherVersions() {
  const names = Object.keys(
    JSON.parse(readFileSync(`${binariesHere}/package.json`, 'utf8')).dependencies,
  );
  const paths = names.map((name) => `${binariesHere}/node_modules/${name}/bin/node`);
  if (!paths.every((path) => existsSync(path))) {
    console.log('node-versions: npm ci (three Node.js binaries)');
    must('npm', ['ci', '--no-audit', '--no-fund'], { cwd: binariesHere });
  }
  return paths;
}

function passes(binary, script) {
  const { status, signal, error } = spawnSync(binary, [`${here}/${script}`], {
    stdio: 'inherit',
    timeout: 60_000,
  });
  if (status !== 0)
    console.error(`${binary} ${script}: ${error?.message ?? signal ?? `exit code ${status}`}`);
  return status === 0;
}
