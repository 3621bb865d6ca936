// The Node.js programs that the package is tried in: the running one, and others where they exist.
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { inRoot } from '../lib/paths.mjs';
import { must } from '../lib/run.mjs';

// A package of its own: these binaries exist for one platform only, and weigh 600 MB.
const folder = inRoot('tools/node-versions/binaries');

/** Their paths; fetches those of other versions if they are missing. */
export function nodeBinaries() {
  if (process.platform === 'linux' && process.arch === 'x64')
    return [process.execPath, ...otherVersions()];
  console.log('node-versions: the others exist for Linux on x64 only; checking the running one');
  return [process.execPath];
}

function otherVersions() {
  const names = Object.keys(
    JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')).dependencies,
  );
  const paths = names.map((name) => `${folder}/node_modules/${name}/bin/node`);
  if (!paths.every((path) => existsSync(path))) {
    console.log('node-versions: npm ci (three Node.js binaries)');
    must('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder });
  }
  return paths;
}
