// The package of one platform: the binary, and a manifest that makes npm install it on that platform only.
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
    // A native binary cannot be loaded from an archive.
    preferUnplugged: true,
  });
  write('README.md', readme(root, needs));
  write('THIRD-PARTY-NOTICES.md', noticesOfBinary());
  return pack(stage, destination);

  function write(file, text) {
    writeFileSync(path.join(stage, file), text);
  }
}

/** The binary that this machine builds. */
export const builtBinary = inRoot('build/Release', BINARY);

const readme = (root, needs) => `# ${root.name} for ${needs}

The native part of \`${root.name}\`. Do not install it directly: \`${root.name}\` depends on it.
`;
