// `npm run build` in the folder of the published package: compiles the addon for this machine, with CMake alone. What it
// is given goes to CMake: npm run build -- -DCMAKE_CXX_COMPILER=clang++
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const folder = path.join(root, 'build', 'from-source');
const addon = path.join(root, 'build', 'Release', 'escher_execution_engine.node');

if (process.platform === 'win32') fail('the engine is not written for Windows yet');

// What an attempt with other compilers left behind would decide for this one.
rmSync(folder, { recursive: true, force: true });
cmake('-S', root, '-B', folder, '-DCMAKE_BUILD_TYPE=Release', ...process.argv.slice(2));
cmake(
  '--build',
  folder,
  ...['--config', 'Release', '--target', 'escher_execution_engine'],
  ...['--parallel', String(os.availableParallelism())],
);
rmSync(folder, { recursive: true, force: true });
console.log(`built: ${addon}`);

function cmake(...args) {
  const { error, status } = spawnSync('cmake', args, { stdio: 'inherit' });
  if (error?.code === 'ENOENT') {
    fail(
      'there is no cmake in PATH; what is needed: CMake >= 3.18, and g++ >= 11 or clang++ >= 14',
    );
  }
  if (error) fail(error.message);
  if (status !== 0) fail(`cmake ended with ${status}; the output above tells why`);
}

function fail(why) {
  console.error(`build: ${why}`);
  process.exit(1);
}
