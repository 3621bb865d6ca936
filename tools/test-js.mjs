// Compiles test/js to build/test-js and runs Jest on it: node tools/test-js.mjs [options of jest]
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { listFiles } from './lib/files.mjs';
import { inRoot, testResults } from './lib/paths.mjs';
import { mustBin } from './lib/run.mjs';

mkdirSync(testResults, { recursive: true });
dropOrphans();
mustBin('tsc', ['-p', 'tsconfig.test.json']);
mustBin('jest', [
  '--json',
  `--outputFile=${path.join(testResults, 'js.json')}`,
  ...process.argv.slice(2),
]);

/** Jest would go on running the compiled form of a test whose source was removed or renamed. */
function dropOrphans() {
  for (const file of listFiles(['build/test-js'], ['.js'])) {
    const source = file.replace('build/test-js/', 'test/js/').replace(/\.js$/, '.ts');
    if (!existsSync(inRoot(source))) rmSync(inRoot(file));
  }
}
