// The versions of Node.js in which the package is tried.
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { inRoot } from '../../tools/lib/paths.mjs';
import { must } from '../../tools/lib/run.mjs';

// A package of its own: its binaries are for one platform, and need 600 MB.
const folder = inRoot('test/package/node-versions');

/** The paths of the running Node.js, and with `all` of the other versions, which are installed if they are missing. */
export function nodeBinaries({ all }) {
  if (!all) return [process.execPath];
  if (process.platform === 'linux' && process.arch === 'x64')
    return [process.execPath, ...otherVersions()];
  console.log('package: the other versions of Node.js are for Linux on x64 only');
  return [process.execPath];
}

function otherVersions() {
  const { dependencies } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const paths = Object.keys(dependencies).map((name) => `${folder}/node_modules/${name}/bin/node`);
  if (!paths.every((path) => existsSync(path))) {
    console.log('package: npm ci (three versions of Node.js)');
    must('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder });
  }
  return paths;
}
