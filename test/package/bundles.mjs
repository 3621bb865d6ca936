// A user program bundled into one file, with the package external and with the package inside: the lines of
// docs/bundlers.md.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { inRoot } from '../../tools/lib/paths.mjs';
import { must } from '../../tools/lib/run.mjs';

// A package of its own: they have dependencies of their own, which the root package does not need.
const bundlers = inRoot('test/package/bundlers');

const ENDINGS = { cjs: 'cjs', esm: 'mjs' };

// BullMQ finds its drivers and the programs of its processes at run time: it stays outside of a bundle.
const OUTSIDE = ['./bullmq'];

// What becomes of a binary: the script of a CommonJS bundle can load a copy by `require`.
const LOADERS = { cjs: 'copy', esm: 'file' };

/** `nodes`: the versions of Node.js that are tried. */
export async function checkBundles({ report, sandbox, project, manifest, nodes }) {
  const { name } = manifest;
  const program = readFileSync(inRoot('test/package/consumers/bundled.mjs'), 'utf8');
  writeFileSync(path.join(project, 'bundled.mjs'), everyFace(manifest) + program);
  cpSync(inRoot('test/package/consumers/both-kinds.mjs'), path.join(project, 'both-kinds.mjs'));
  const prints = async (folder, file) =>
    assert.equal(await sandbox.must(folder, process.execPath, [file]), 'bundled\n');
  for (const format of ['cjs', 'esm']) {
    await report.check(`esbuild (${format}) with the package external`, async () => {
      const outfile = path.join(project, `beside.${ENDINGS[format]}`);
      await bundle(project, format, { outfile, external: [name] });
      await prints(project, outfile);
    });
    const loader = { '.node': LOADERS[format] };
    await report.check(
      `esbuild (${format}) with the package inside, in another folder`,
      async () => {
        const folder = sandbox.path(`bundle-${format}`);
        const outfile = path.join(folder, `inside.${ENDINGS[format]}`);
        await bundle(project, format, { outfile, loader });
        assert.equal(readdirSync(folder).length, 2, 'the script and the binary');
        await prints(folder, outfile);
      },
    );
    await report.check(`esbuild (${format}): import and require are the same classes`, async () => {
      const outfile = path.join(sandbox.path(`both-${format}`), `both.${ENDINGS[format]}`);
      await bundle(project, format, { outfile, loader, entryPoints: ['both-kinds.mjs'] });
      await prints(project, outfile);
    });
  }
  await checkSingleExecutable({ report, sandbox, project, nodes });
  installBundlers();
  for (const [bundler, make] of Object.entries(OTHERS)) {
    await report.check(`${bundler} with the package inside`, async () => {
      const folder = path.join(project, bundler);
      mkdirSync(folder);
      await prints(project, await make(project, folder));
    });
  }
  await checkArchive({ report, sandbox, project });
}

/**
 * An app in one `asar` archive, with the binaries beside it. Electron cannot be run here: a package for Node.js reads the
 * archive in its place.
 */
async function checkArchive({ report, sandbox, project }) {
  await report.check('an app in an asar archive, its binary unpacked', async () => {
    const app = sandbox.path('app');
    cpSync(path.join(project, 'node_modules'), path.join(app, 'node_modules'), { recursive: true });
    cpSync(inRoot('test/package/consumers/archived.cjs'), path.join(app, 'main.js'));
    const archive = sandbox.path('app.asar');
    const { default: asar } = await load('@electron/asar');
    await asar.createPackageWithOptions(app, archive, { unpack: '**/*.node' });
    rmSync(app, { recursive: true });
    const reader = resolve('asar-node/dist/autorun-register.js');
    const run = async () =>
      await sandbox.run(sandbox.path(), process.execPath, ['-r', reader, `${archive}/main.js`]);
    assert.deepEqual(await run(), { code: 0, output: 'bundled\n' });
    rmSync(`${archive}.unpacked`, { recursive: true });
    assert.notEqual((await run()).code, 0, 'the binary was inside the archive');
  });
}

/** One file with Node.js and the script, which newer versions build themselves. The binary lies beside it. */
async function checkSingleExecutable({ report, sandbox, project, nodes }) {
  const node = nodes.find((one) => capturedHelp(one).includes('--build-sea'));
  if (node === undefined) {
    console.log('package: no Node.js here builds single executables: `--nodes` brings one');
    return;
  }
  await report.check('a single executable of Node.js (SEA)', async () => {
    const folder = sandbox.path('single-executable');
    await bundle(project, 'cjs', {
      outfile: path.join(folder, 'script.cjs'),
      loader: { '.node': LOADERS.cjs },
      banner: { js: "require = require('node:module').createRequire(__filename);" },
    });
    const config = { main: 'script.cjs', output: 'program', disableExperimentalSEAWarning: true };
    writeFileSync(path.join(folder, 'sea.json'), JSON.stringify(config));
    await sandbox.must(folder, node, ['--build-sea', 'sea.json']);
    rmSync(path.join(folder, 'script.cjs'));
    assert.equal(await sandbox.must(folder, path.join(folder, 'program'), []), 'bundled\n');
  });
}

const capturedHelp = (node) => spawnSync(node, ['--help'], { encoding: 'utf8' }).stdout;

function installBundlers() {
  if (existsSync(`${bundlers}/node_modules`)) return;
  console.log('package: npm install (bundlers)');
  // Not `npm ci`: it demands an entry for an optional dependency of vite that the lock file cannot have.
  const options = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];
  must('npm', ['install', ...options], { cwd: bundlers });
}

const { resolve } = createRequire(`${bundlers}/package.json`);
const load = async (name) => import(pathToFileURL(resolve(name)).href);

/** The platform packages, which have no JavaScript. */
const PLATFORMS = /^escher-execution-engine-/;

/** Each bundles `bundled.mjs` of the project into the folder, and returns the script. */
const OTHERS = {
  async rollup(project, folder) {
    const [{ rollup }, { default: nodeResolve }] = [
      await load('rollup'),
      await load('@rollup/plugin-node-resolve'),
    ];
    const plugins = [nodeResolve({ preferBuiltins: true })];
    const made = await rollup({ input: path.join(project, 'bundled.mjs'), plugins });
    return await writeTo(made, folder, 'es');
  },
  async rolldown(project, folder) {
    const { rolldown } = await load('rolldown');
    const input = path.join(project, 'bundled.mjs');
    const made = await rolldown({ input, platform: 'node', external: [PLATFORMS] });
    return await writeTo(made, folder, 'esm');
  },
  async vite(project, folder) {
    const { build: buildByVite } = await load('vite');
    await buildByVite({
      root: project,
      configFile: false,
      logLevel: 'silent',
      ssr: { noExternal: ['escher-execution-engine'] },
      build: { ssr: 'bundled.mjs', outDir: folder, rollupOptions: { external: [PLATFORMS] } },
    });
    const [script] = readdirSync(folder);
    return path.join(folder, script);
  },
  async webpack(project, folder) {
    const { default: webpack } = await load('webpack');
    const compiler = webpack({
      mode: 'production',
      target: 'node',
      context: project,
      entry: './bundled.mjs',
      externals: ({ request }, done) =>
        PLATFORMS.test(request) ? done(null, `commonjs ${request}`) : done(),
      output: { path: folder, filename: 'bundle.cjs' },
    });
    await new Promise((done, fail) => {
      compiler.run((error, stats) => {
        if (error !== null) fail(error);
        else if (stats.hasErrors()) fail(new Error(stats.toString({ all: false, errors: true })));
        else done();
      });
    });
    return path.join(folder, 'bundle.cjs');
  },
  async ncc(project, folder) {
    const { default: ncc } = await load('@vercel/ncc');
    const { code, assets } = await ncc(path.join(project, 'bundled.mjs'), {
      quiet: true,
      cache: false,
    });
    for (const [file, { source }] of Object.entries(assets)) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), source);
    }
    const script = path.join(folder, 'bundle.mjs');
    writeFileSync(script, code);
    return script;
  },
};

async function writeTo(made, folder, format) {
  const file = path.join(folder, 'bundle.mjs');
  await made.write({ file, format });
  return file;
}

/** Uses something of each entry point that Node.js can load, so that the bundler drops none. */
const everyFace = ({ name, exports }) =>
  Object.keys(exports)
    .filter((face) => exports[face].import !== undefined && !OUTSIDE.includes(face))
    .map((face, index) => {
      const specifier = path.posix.join(name, face);
      return `import * as face${index} from '${specifier}';
if (Object.keys(face${index}).length === 0) throw new Error('${specifier} is empty');
`;
    })
    .join('');

const bundle = (project, format, options) =>
  build({
    absWorkingDir: project,
    entryPoints: ['bundled.mjs'],
    bundle: true,
    platform: 'node',
    format,
    logLevel: 'silent',
    ...options,
  });
