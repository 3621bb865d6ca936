// Checks lib/ and puts it into dist/ as one script when something changed: a script for each file took four times as
// long to load as the one.
import { copyFileSync, rmSync, utimesSync } from 'node:fs';
import { buildSync } from 'esbuild';
import { isStale } from './lib/files.mjs';
import { inRoot } from './lib/paths.mjs';
import { mustBin } from './lib/run.mjs';

// Written by hand: a second compilation would give ES modules a second copy of every class, and a second engine.
const handWritten = ['index.mjs', 'index.d.mts'];
const inputs = [
  'lib',
  'types',
  'tsconfig.json',
  'tsconfig.lib.json',
  'package.json',
  'tools/build-ts.mjs',
];
const lastWritten = 'dist/index.mjs';

if (isStale(lastWritten, inputs)) {
  console.log('build: compiling lib/ to dist/');
  rmSync(inRoot('dist'), { recursive: true, force: true });
  mustBin('tsc', ['-p', 'tsconfig.lib.json']);
  buildSync({
    absWorkingDir: inRoot(),
    entryPoints: ['lib/index.ts'],
    outfile: 'dist/index.js',
    bundle: true,
    platform: 'node',
    // The oldest that the package runs on.
    target: 'node20',
    format: 'cjs',
    sourcemap: true,
    tsconfig: 'tsconfig.lib.json',
    logLevel: 'warning',
  });
  for (const name of handWritten) copyFileSync(inRoot('lib', name), inRoot('dist', name));
  const now = new Date();
  utimesSync(inRoot(lastWritten), now, now);
}
