// Builds and runs the C++ tests: node tools/test-cpp.mjs [dev|asan|tsan] [options of ctest]
import { mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { testResults } from './lib/paths.mjs';
import { must } from './lib/run.mjs';

const [preset = 'dev', ...options] = process.argv.slice(2);
const results = path.join(testResults, `cpp-${preset}.xml`);

mkdirSync(testResults, { recursive: true });
must(process.execPath, ['tools/build-native.mjs', preset, 'engine_tests']);
must('ctest', [
  ...['--preset', preset, '--output-junit', results],
  ...['--parallel', String(os.availableParallelism())],
  ...options,
]);
