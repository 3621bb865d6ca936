// Formats everything in place: biome for TypeScript, JavaScript and JSON, clang-format for C++.
import { listFiles } from './lib/files.mjs';
import { must, mustBin } from './lib/run.mjs';

const cpp = listFiles(
  ['src', 'binding', 'test/cpp', 'bench/cpp', 'cmake'],
  ['.cpp', '.hpp', '.inl', '.h'],
);

mustBin('biome', ['check', '--write', '--no-errors-on-unmatched']);
if (cpp.length > 0) must('clang-format', ['-i', ...cpp]);
