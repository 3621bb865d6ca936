// Checks lib/ and puts it into dist/ when something changed, one script for each face of the package: a script for each
// file took four times as long to load as the one.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { buildPage } from './build-page.mjs';
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
  'tools/build-page.mjs',
];
const { version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
const lastWritten = 'dist/index.mjs';

if (isStale(lastWritten, inputs)) {
  console.log('build: compiling lib/ to dist/');
  rmSync(inRoot('dist'), { recursive: true, force: true });
  mustBin('tsc', ['-p', 'tsconfig.lib.json']);
  for (const face of faces) {
    bundle(face);
    copyModuleFace(face);
    writeBundlerFace(face);
  }
  buildPage();
  const now = new Date();
  utimesSync(inRoot(lastWritten), now, now);
}

function bundle({ name, loads = [] }) {
  buildSync({
    absWorkingDir: inRoot(),
    entryPoints: [`lib/${name}.ts`],
    outfile: `dist/${name}.js`,
    bundle: true,
    // The platform packages are there, or not, where the package is installed.
    external: [...loads, 'escher-execution-engine-*'],
    define: { PACKAGE_VERSION: JSON.stringify(version) },
    platform: 'node',
    // The oldest that the package runs on.
    target: 'node20',
    format: 'cjs',
    // `import()` of a face becomes `require()`, which needs no file extension.
    supported: { 'dynamic-import': false },
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

/** Bundlers do not follow the `createRequire` of the other one. Names only: there is one copy of every class. */
function writeBundlerFace({ name }) {
  if (!existsSync(inRoot('dist', `${name}.mjs`))) return;
  const names = Object.keys(createRequire(import.meta.url)(inRoot('dist', `${name}.js`)));
  writeFileSync(
    inRoot('dist', `${name}.bundler.mjs`),
    `export { ${names.join(', ')} } from './${path.basename(name)}.js';\n`,
  );
}
