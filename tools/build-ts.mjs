// Compiles lib/ to dist/ when something changed.
import { copyFileSync, rmSync, utimesSync } from 'node:fs';
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
  for (const name of handWritten) copyFileSync(inRoot('lib', name), inRoot('dist', name));
  const now = new Date();
  utimesSync(inRoot(lastWritten), now, now);
}
