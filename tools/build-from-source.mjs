// `npm run build` in the folder of the published package: compiles the addon for this machine with CMake. Arguments go to
// CMake: npm run build -- -DCMAKE_CXX_COMPILER=clang++
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const folder = path.join(root, 'build', 'from-source');
const addon = path.join(root, 'build', 'Release', 'escher_execution_engine.node');

if (process.platform === 'win32') fail('the engine does not support Windows');

// The cache of an earlier attempt would keep its compiler.
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
      'there is no cmake in PATH; the build needs CMake >= 3.18, and g++ >= 11 or clang++ >= 14',
    );
  }
  if (error) fail(error.message);
  if (status !== 0) fail(`cmake exited with ${status}; its output is above`);
}

function fail(why) {
  console.error(`build: ${why}`);
  process.exit(1);
}
