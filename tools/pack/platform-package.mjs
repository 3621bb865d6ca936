// The package of one platform: the binary, and what npm needs to know to install it there alone.
import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../lib/paths.mjs';
import { noticesOfBinary } from './notices.mjs';
import { emptyStage, pack, writeManifest } from './stage.mjs';

const BINARY = 'escher_execution_engine.node';

/** `root` is the manifest of the repository, `target` the platform, `glibc` the oldest version that the binary runs on. */
export function packPlatform({ root, target, glibc, destination }) {
  const name = `${root.name}-${target.name}`;
  const needs = glibc === undefined ? target.name : `${target.name} >= ${glibc}`;
  const stage = emptyStage(name);
  cpSync(builtBinary, path.join(stage, BINARY));
  writeManifest(stage, {
    name,
    version: root.version,
    description: `The native part of ${root.name} for ${needs}.`,
    license: root.license,
    engines: root.engines,
    os: [target.os],
    cpu: [target.cpu],
    ...(target.libc === undefined ? {} : { libc: [target.libc] }),
    type: 'commonjs',
    main: `./${BINARY}`,
    files: [BINARY, 'THIRD-PARTY-NOTICES.md'],
    // A native binary can be loaded from a folder only.
    preferUnplugged: true,
  });
  write('README.md', readme(root, needs));
  write('THIRD-PARTY-NOTICES.md', noticesOfBinary());
  return pack(stage, destination);

  function write(file, text) {
    writeFileSync(path.join(stage, file), text);
  }
}

/** Where the binary of this machine is built. */
export const builtBinary = inRoot('build/Release', BINARY);

const readme = (root, needs) => `# ${root.name} for ${needs}

The native part of \`${root.name}\`, which installs it by itself. Not for use on its own.
`;
