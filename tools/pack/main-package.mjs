// The main package: the compiled TypeScript, the sources of the addon with the headers that they need, and the packages
// of the platforms as optional dependencies. Those stand in the published manifest alone: an unpublished version of them
// would keep `npm ci` from working in a checkout.
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { listFiles } from '../lib/files.mjs';
import { inRoot } from '../lib/paths.mjs';
import { vendorHeaders } from './headers.mjs';
import { noticesOfMain } from './notices.mjs';
import { copyInto, emptyStage, pack, writeManifest } from './stage.mjs';

// What npm takes whether `files` names it or not.
const ALWAYS = ['README.md'];
// What is made here and not copied.
const MADE = ['vendor', 'THIRD-PARTY-NOTICES.md'];

/** `platforms` are the names of the platform packages of this version. */
export function packMain({ root, platforms, destination }) {
  const stage = emptyStage(root.name);
  copyInto(stage, [
    ...ALWAYS,
    ...root.files.filter((entry) => !MADE.includes(entry)).flatMap(expand),
  ]);
  vendorHeaders(path.join(stage, 'vendor'));
  writeFileSync(path.join(stage, 'THIRD-PARTY-NOTICES.md'), noticesOfMain(bundledPackages(root)));
  const { manifest, leftOut } = publishedManifest(root, platforms);
  writeManifest(stage, manifest);
  for (const name of leftOut) console.log(`pack: ${name} is not written yet, and left out`);
  return pack(stage, destination);
}

// The one form of pattern that is used: a folder, and how the names in it end.
function expand(entry) {
  const [folder, extension] = entry.split('/**/*');
  return extension === undefined ? [entry] : listFiles([folder], [extension]);
}

/** Everything for users, nothing for those who work on it. */
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

/** A face of the package whose source is not there yet is left out; one whose source is there must be complete. */
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

/** The npm packages that are a part of the page of the console. */
const bundledPackages = (root) =>
  existsSync(inRoot('lib/console'))
    ? Object.keys(root.devDependencies).filter((name) => name.startsWith('@xterm/'))
    : [];
