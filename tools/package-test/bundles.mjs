// A user's program in one file, as esbuild makes it: the package left out of it, and the package in it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';
import { inRoot } from '../lib/paths.mjs';
import { check } from './report.mjs';

const ENDINGS = { cjs: 'cjs', esm: 'mjs' };

// A bundle of ES modules has no `require` of its own for what CommonJS modules ask of Node.js.
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

export async function checkBundles({ sandbox, project, manifest }) {
  const { name } = manifest;
  const program = readFileSync(inRoot('test/package/consumers/bundled.mjs'), 'utf8');
  writeFileSync(path.join(project, 'bundled.mjs'), everyFace(manifest) + program);
  for (const format of ['cjs', 'esm']) {
    await check(`bundle (${format}) with the package beside it`, async () => {
      const outfile = path.join(project, `beside.${ENDINGS[format]}`);
      await bundle(project, format, { outfile, external: [name] });
      assert.equal(await sandbox.must(project, process.execPath, [outfile]), 'bundled\n');
    });
    await check(`bundle (${format}) with the package in it, moved elsewhere`, async () => {
      const folder = sandbox.path(`bundle-${format}`);
      const outfile = path.join(folder, `inside.${ENDINGS[format]}`);
      await bundle(project, format, { outfile, loader: { '.node': 'copy' } });
      assert.equal(readdirSync(folder).length, 2, 'the script and the binary');
      assert.equal(await sandbox.must(folder, process.execPath, [outfile]), 'bundled\n');
    });
  }
}

/** The faces that Node.js can load, with something of each in use, so that none is left out. */
const everyFace = ({ name, exports }) =>
  Object.keys(exports)
    .filter((face) => exports[face].import !== undefined)
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
    ...(format === 'esm' ? { banner: { js: REQUIRE } } : {}),
    logLevel: 'silent',
    ...options,
  });
