// All checks that run no code of ours. Every one runs, whatever the others say; the exit code is 1 if any failed.

import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { listFiles } from './lib/files.mjs';
import { bin } from './lib/paths.mjs';
import { succeeds } from './lib/run.mjs';

const cpp = listFiles(
  ['src', 'binding', 'test/cpp', 'bench/cpp', 'cmake'],
  ['.cpp', '.hpp', '.inl', '.h'],
);
const shellScripts = ['tools/setup', '.ci/run'];

const checks = [
  ['direction', process.execPath, ['tools/check-direction.mjs']],
  ['words', process.execPath, ['tools/check-words.mjs']],
  ['links', process.execPath, ['tools/check-links.mjs']],
  ['API reference', process.execPath, ['tools/api-docs.mjs', '--check']],
  ['figures', process.execPath, ['bench/node/readme.mjs', '--check']],
  [
    'shell syntax',
    'bash',
    ['-c', 'for file; do bash -n "$file" || exit 1; done', 'bash', ...shellScripts],
  ],
  ['biome', bin('biome'), ['check', '--error-on-warnings', '--no-errors-on-unmatched']],
  ['clang-format', 'clang-format', ['--dry-run', '--Werror', ...cpp]],
  ['clang-tidy', process.execPath, ['tools/clang-tidy.mjs']],
];

const failed = [];
for (const [name, program, args] of checks) {
  const start = performance.now();
  const passed = name === 'clang-format' && cpp.length === 0 ? true : succeeds(program, args);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`lint: ${passed ? 'passed' : 'FAILED'}  ${name} (${seconds} s)`);
  if (!passed) failed.push(name);
}

if (failed.length > 0) {
  console.error(`lint: failed: ${failed.join(', ')} (npm run format mends formatting)`);
  process.exitCode = 1;
}
