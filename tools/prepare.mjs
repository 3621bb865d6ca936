// Installs what a fresh clone needs. Does nothing, quickly, if everything is installed.
//
//   node tools/prepare.mjs --build   installs system packages for the build and npm packages, then builds
//   node tools/prepare.mjs --all     installs system packages for everything, and npm packages
//
// Uses no npm package, because it runs before any is installed.
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
  // tools/setup supports no package manager of Windows; docs/guide.md lists the requirements.
  if (process.platform !== 'win32') must(inRoot('tools/setup'), [build ? '--build' : '--all']);
}

function npmPackages() {
  if (installedPackagesMatchLock()) return;
  console.log('prepare: npm ci (node_modules is missing or does not match package-lock.json)');
  must('npm', ['ci', '--no-audit', '--no-fund']);
}

/** npm writes a lock file of the installed packages; it lacks the optional ones of other platforms. */
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
