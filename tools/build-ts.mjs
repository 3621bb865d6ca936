// Checks lib/ and puts it into dist/ when something changed, one script for each face of the package: a script for each
// file took four times as long to load as the one.
import { copyFileSync, existsSync, mkdirSync, rmSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { isStale } from './lib/files.mjs';
import { inRoot } from './lib/paths.mjs';
import { mustBin } from './lib/run.mjs';

// What a face asks of another one it loads from there at run time: a second copy of the engine or of the error class
// would be a second engine, and an `instanceof` that fails.
const engine = '../index';
const faces = [
  { name: 'index' },
  { name: 'bridge/index', loads: [engine] },
  { name: 'console/index', loads: [engine] },
  { name: 'electron/index', loads: [engine] },
  // A sandboxed preload script can load nothing but this.
  { name: 'electron/preload', loads: ['electron'] },
  { name: 'cli/main', loads: [engine, '../bridge/index', '../console/index'] },
].filter(({ name }) => existsSync(inRoot('lib', `${name}.ts`)));

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
  for (const face of faces) {
    bundle(face);
    copyModuleFace(face);
  }
  const now = new Date();
  utimesSync(inRoot(lastWritten), now, now);
}

function bundle({ name, loads = [] }) {
  buildSync({
    absWorkingDir: inRoot(),
    entryPoints: [`lib/${name}.ts`],
    outfile: `dist/${name}.js`,
    bundle: true,
    external: loads,
    platform: 'node',
    // The oldest that the package runs on.
    target: 'node20',
    // A face that is loaded later is found like any other: an `import()` would want its extension.
    supported: { 'dynamic-import': false },
    format: 'cjs',
    sourcemap: true,
    tsconfig: 'tsconfig.lib.json',
    logLevel: 'warning',
  });
}

/** Written by hand: a second compilation would give ES modules a second copy of every class. */
function copyModuleFace({ name }) {
  for (const extension of ['.mjs', '.d.mts']) {
    const source = inRoot('lib', name + extension);
    if (!existsSync(source)) continue;
    mkdirSync(path.dirname(inRoot('dist', name)), { recursive: true });
    copyFileSync(source, inRoot('dist', name + extension));
  }
}
