// The main package: the compiled TypeScript, the sources of the addon with the headers that they need, and the platform
// packages as optional dependencies. Only the published manifest names those: while a version of them is unpublished,
// `npm ci` would fail in a checkout.
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundled } from '../build-page.mjs';
import { listFiles } from '../lib/files.mjs';
import { inRoot } from '../lib/paths.mjs';
import { vendorHeaders } from './headers.mjs';
import { noticesOfMain } from './notices.mjs';
import { copyInto, emptyStage, pack, writeManifest } from './stage.mjs';

// npm always packs these.
const ALWAYS = ['README.md'];
// These are generated, not copied.
const GENERATED = ['vendor', 'THIRD-PARTY-NOTICES.md'];

/** `platforms` are the names of the platform packages of this version. */
export function packMain({ root, platforms, destination }) {
  const stage = emptyStage(root.name);
  copyInto(stage, [
    ...ALWAYS,
    ...root.files.filter((entry) => !GENERATED.includes(entry)).flatMap(expand),
  ]);
  vendorHeaders(path.join(stage, 'vendor'));
  writeFileSync(path.join(stage, 'THIRD-PARTY-NOTICES.md'), noticesOfMain(bundled));
  const { manifest, leftOut } = publishedManifest(root, platforms);
  writeManifest(stage, manifest);
  for (const name of leftOut) console.log(`pack: ${name} has no source and is left out`);
  return pack(stage, destination);
}

// The only supported pattern: a folder and the end of file names.
function expand(entry) {
  const [folder, extension] = entry.split('/**/*');
  return extension === undefined ? [entry] : listFiles([folder], [extension]);
}

/** The manifest without what only contributors need. */
export function publishedManifest(root, platforms) {
  const { private: _, devDependencies, scripts, exports, bin, ...rest } = root;
  const leftOut = Object.keys(exports).filter((face) => !isWritten(exports[face]));
  const written = Object.entries(exports).filter(([face]) => !leftOut.includes(face));
  const manifest = {
    ...rest,
    bin,
    exports: Object.fromEntries(written),
    typesVersions: { '*': Object.fromEntries(written.flatMap(typesOfSubpath)) },
    scripts: { build: 'node tools/build-from-source.mjs' },
    optionalDependencies: Object.fromEntries(platforms.map((name) => [name, root.version])),
  };
  return { manifest, leftOut };
}

/** For compilers that do not read `exports` (TypeScript with the `node10` resolution). */
function typesOfSubpath([face, target]) {
  const types = (target.require ?? target).types;
  return face === '.' || types === undefined ? [] : [[face.replace('./', ''), [types]]];
}

/** An entry point without a source is left out; one with a source must be complete. */
function isWritten(face) {
  return filesOf(face).every((file) => {
    const source = file
      .replace(/^\.\/dist\//, 'lib/')
      .replace(/(\.bundler)?(\.d)?\.[mc]?[jt]s$/, '.ts');
    return !file.startsWith('./dist/') || existsSync(inRoot(source));
  });
}

/** All files that an entry of `exports` names. */
export const filesOf = (face) =>
  typeof face === 'string' ? [face] : Object.values(face).flatMap(filesOf);
