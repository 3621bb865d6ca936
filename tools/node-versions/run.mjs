// Loads the one built addon in several versions of Node.js, through the package's two entries, and runs commands in
// each: node tools/node-versions/run.mjs
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { inRoot } from '../lib/paths.mjs';
import { nodeBinaries } from './binaries.mjs';

const here = inRoot('tools/node-versions');

const failed = nodeBinaries().filter(
  (binary) => !['smoke.cjs', 'smoke.mjs'].every((script) => passes(binary, script)),
);
process.exitCode = failed.length > 0 ? 1 : 0;

function passes(binary, script) {
  const { status, signal, error } = spawnSync(binary, [`${here}/${script}`], {
    stdio: 'inherit',
    timeout: 60_000,
  });
  if (status !== 0)
    console.error(`${binary} ${script}: ${error?.message ?? signal ?? `exit code ${status}`}`);
  return status === 0;
}
