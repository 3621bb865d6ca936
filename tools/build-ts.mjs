// Checks lib/ and bundles it into dist/ if something changed: one script for each face of the package, because a script
// for each file took four times as long to load.
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { buildPage } from './build-page.mjs';
import { generateFields } from './generate-fields.mjs';
import { isStale } from './lib/files.mjs';
import { inRoot } from './lib/paths.mjs';
import { mustBin } from './lib/run.mjs';

const manifest = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
const { version } = manifest;
const core = 'core/index';
// A face loads other faces from their own scripts at run time: with a second copy of the engine or of the error class
// there would be two engines, and `instanceof` would fail.
const faces = [
  core,
  'index',
  'bridge/index',
  'bridge/wire/index',
  'bullmq/index',
  'console/index',
  'console/serve',
  'electron/index',
  'electron/preload',
  'opentelemetry/index',
  'plan/index',
  'testing/index',
  'cli/main',
];

/** Those that ES modules can import. */
const moduleFaces = Object.values(manifest.exports)
  .filter((face) => face.module !== undefined)
  .map((face) => /^\.\/dist\/(.+)\.mjs$/.exec(face.import.default)[1]);

// Found at run time: the packages of the platforms, what Electron has, and the optional peers.
const externals = [
  'electron',
  'escher-execution-engine-*',
  '@opentelemetry/api',
  'bullmq',
  'ioredis',
  'pg',
];

const inputs = [
  'lib',
  'types',
  'tsconfig.json',
  'tsconfig.lib.json',
  'package.json',
  'tools/build-ts.mjs',
  'tools/build-page.mjs',
  'tools/generate-fields.mjs',
  'tools/lib',
];
const lastWritten = 'dist/index.mjs';

generateFields();
if (isStale(lastWritten, inputs)) {
  console.log('build: compiling lib/ to dist/');
  rmSync(inRoot('dist'), { recursive: true, force: true });
  mustBin('tsc', ['-p', 'tsconfig.lib.json']);
  for (const face of faces) {
    await bundle(face);
  }
  const modules = await bundleModules();
  for (const face of moduleFaces) writeModuleFace(face, modules);
  buildPage();
  const now = new Date();
  utimesSync(inRoot(lastWritten), now, now);
}

async function bundle(name) {
  const { outputFiles } = await build({
    absWorkingDir: inRoot(),
    entryPoints: [`lib/${name}.ts`],
    outfile: `dist/${name}.js`,
    bundle: true,
    // A sandboxed preload script can load Electron only.
    external: externals,
    plugins: [otherFaces(name)],
    define: { PACKAGE_VERSION: JSON.stringify(version), MODULE_URL: 'undefined' },
    platform: 'node',
    // The oldest supported version.
    target: 'node20',
    format: 'cjs',
    // `import()` of a face becomes `require()`, which needs no file extension.
    supported: { 'dynamic-import': false },
    sourcemap: true,
    tsconfig: 'tsconfig.lib.json',
    logLevel: 'warning',
    write: false,
  });
  for (const { path: file, text } of outputFiles) {
    mkdirSync(path.dirname(file), { recursive: true });
    const script = file.endsWith('.js') ? withOwnProperties(text) : text;
    writeFileSync(file, script, { mode: script.startsWith('#!') ? 0o755 : 0o644 });
  }
}

/**
 * The helpers of esbuild enumerate the names that a script exports with `for … in`, and their property descriptors
 * inherit. With an enumerable property of `Object.prototype` no script could be loaded.
 */
function withOwnProperties(script) {
  const changed = script
    .replaceAll(/for \(var name in (\w+)\)/g, 'for (var name of Object.keys($1))')
    .replaceAll(/(__defProp\((?:\{\}|\w+), (?:\w+|"\w+"), \{) /g, '$1 __proto__: null, ');
  const rest = changed.match(/for \(\w+ \w+ in .*|__defProp\(.*/g) ?? [];
  const left = rest.find((text) => !/^__defProp\(.*\{ __proto__: null, /.test(text));
  if (left !== undefined) throw new Error(`build: this reads inherited properties: ${left}`);
  return changed;
}

/** Leaves imports of other faces to run time, by their path below dist/. */
function otherFaces(name) {
  return {
    name: 'other-faces',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.?\// }, ({ path: specifier, resolveDir }) => {
        const target = path.relative(inRoot('lib'), path.resolve(resolveDir, specifier));
        if (target === name || !faces.includes(target)) return undefined;
        const relative = path.posix.relative(path.posix.dirname(name), `${target}.js`);
        return { path: relative.startsWith('.') ? relative : `./${relative}`, external: true };
      });
    },
  };
}

/**
 * ES modules for bundlers (the condition `module`), which import the modules of Node.js and share one copy of every
 * class. Node.js itself never loads them, since `require` would give it a second copy. Returns what esbuild says of each.
 */
async function bundleModules() {
  const { outputFiles, metafile } = await build({
    absWorkingDir: inRoot(),
    entryPoints: moduleFaces.map((face) => ({ in: `lib/${face}.ts`, out: `${face}.bundler` })),
    outdir: 'dist',
    outExtension: { '.js': '.mjs' },
    chunkNames: 'bundler-[hash]',
    splitting: true,
    bundle: true,
    external: externals,
    plugins: [staticImports()],
    banner: { js: 'const moduleUrl = import.meta.url;' },
    define: { PACKAGE_VERSION: JSON.stringify(version), MODULE_URL: 'moduleUrl' },
    platform: 'node',
    target: 'node20',
    format: 'esm',
    tsconfig: 'tsconfig.lib.json',
    logLevel: 'warning',
    metafile: true,
    write: false,
  });
  for (const { path: file, text } of outputFiles) {
    // Bundlers follow a `require` of a literal name, and not the helper that stands for it.
    const script = text.replaceAll('__require("escher-', 'require("escher-');
    if (/__require\("(?!electron)/.test(script))
      throw new Error(`build: ${file} requires a module`);
    writeFileSync(file, withOwnProperties(script));
  }
  return metafile.outputs;
}

/**
 * The face for ES modules, from that of `require`: a second compilation would give them a second copy of every class. By a
 * static import, which bundlers follow. Node.js reads the text of this small script for names first, and not that of the core.
 */
function writeModuleFace(face, modules) {
  const from = `./${path.posix.basename(face)}.js`;
  const names = modules[`dist/${face}.bundler.mjs`].exports.toSorted();
  const script = `import face from '${from}';\n\nexport const { ${names.join(', ')} } = face;\n`;
  writeFileSync(inRoot('dist', `${face}.mjs`), script);
  writeFileSync(inRoot('dist', `${face}.d.mts`), `export * from '${from}';\n`);
}

/** Turns each `require()` of a module of Node.js, which saves time at the start, into a static import. */
function staticImports() {
  return {
    name: 'static-imports',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]lib[\\/].*\.ts$/ }, ({ path: file }) => {
        const names = new Map();
        const script = readFileSync(file, 'utf8').replaceAll(
          /\brequire\('(node:[\w/]+)'\)/g,
          (_, name) => {
            names.set(name, name.replaceAll(/\W/g, '_'));
            return names.get(name);
          },
        );
        const imports = [...names].map(([name, as]) => `import * as ${as} from '${name}';\n`);
        return { contents: imports.join('') + script, loader: 'ts' };
      });
    },
  };
}
