// Makes a fresh clone ready, and does nothing, quickly, when it is ready already.
//
//   node tools/prepare.mjs --build   what the build needs: system packages, npm packages, then the build itself
//   node tools/prepare.mjs --all     system packages for building, linting and testing, and npm packages
//
// Uses Node alone: it runs before there are any node_modules.
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { bin, inRoot } from './lib/paths.mjs';
import { must } from './lib/run.mjs';

const build = process.argv.includes('--build');

systemPackages();
npmPackages();
if (build) {
  must(process.execPath, ['tools/build-native.mjs', 'release']);
  must(process.execPath, ['tools/build-ts.mjs']);
}

function systemPackages() {
  // Windows has no package manager that tools/setup knows; docs/guide.md lists what is needed there.
  if (process.platform !== 'win32') must(inRoot('tools/setup'), [build ? '--build' : '--all']);
}

function npmPackages() {
  if (installedPackagesMatchLock()) return;
  console.log('prepare: npm ci (node_modules is missing or does not match package-lock.json)');
  must('npm', ['ci', '--no-audit', '--no-fund']);
}

/** npm leaves a copy of what it installed in node_modules; what this platform does not need is not in it. */
function installedPackagesMatchLock() {
  if (!existsSync(inRoot('node_modules/.package-lock.json')) || !existsSync(bin('tsc')))
    return false;
  const wanted = readPackages('package-lock.json');
  const installed = readPackages('node_modules/.package-lock.json');
  return Object.entries(wanted).every(([name, { version, optional }]) => {
    if (name === '') return true;
    return installed[name] ? installed[name].version === version : optional === true;
  });
}

function readPackages(file) {
  return JSON.parse(readFileSync(inRoot(file), 'utf8')).packages;
}
