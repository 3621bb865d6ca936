// The package of one platform: the binary, and a manifest that makes npm install it on that platform only.
import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { noticesOfBinary } from './notices.mjs';
import { emptyStage, pack, writeManifest } from './stage.mjs';
import { BINARY } from './target.mjs';

/**
 * `root` is the manifest of the repository, `target` the platform, `binary` the file, and `oldest` the oldest version of
 * glibc or macOS that the binary runs on.
 */
export function packPlatform({ root, target, binary, oldest, destination }) {
  const name = `${root.name}-${target.name}`;
  const needs = oldest === undefined ? target.name : `${target.name} >= ${oldest}`;
  const stage = emptyStage(name);
  cpSync(binary, path.join(stage, BINARY));
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

const readme = (root, needs) => `# ${root.name} for ${needs}

The native part of \`${root.name}\`. Do not install it directly: \`${root.name}\` depends on it.
`;
