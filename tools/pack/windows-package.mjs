// The package of Windows x64, which mingw builds on Linux (tools/build-windows.mjs): the binary, and next to it the
// program that sends Ctrl+C and Ctrl+Break.
import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inspectWindows } from './binary-windows.mjs';
import { noticesOfBinary } from './notices.mjs';
import { emptyStage, pack, writeManifest } from './stage.mjs';

export const WINDOWS = 'win32-x64';
const BINARY = 'escher_execution_engine.node';
const FILES = [BINARY, 'escher-console-helper.exe'];

/** `folder` has the files that were built. */
export function packWindows({ root, folder, destination }) {
  const wrong = inspectWindows(path.join(folder, BINARY));
  if (wrong.length > 0) throw new Error(`${BINARY}:\n  ${wrong.join('\n  ')}`);
  const name = `${root.name}-${WINDOWS}`;
  const stage = emptyStage(name);
  for (const file of FILES) cpSync(path.join(folder, file), path.join(stage, file));
  writeManifest(stage, {
    name,
    version: root.version,
    description: `The native part of ${root.name} for ${WINDOWS}.`,
    license: root.license,
    engines: root.engines,
    os: ['win32'],
    cpu: ['x64'],
    type: 'commonjs',
    main: `./${BINARY}`,
    files: [...FILES, 'THIRD-PARTY-NOTICES.md'],
    // A native binary cannot be loaded from an archive.
    preferUnplugged: true,
  });
  writeFileSync(path.join(stage, 'README.md'), readme(root));
  writeFileSync(path.join(stage, 'THIRD-PARTY-NOTICES.md'), noticesOfBinary());
  return pack(stage, destination);
}

const readme = (root) => `# ${root.name} for ${WINDOWS}

The native part of \`${root.name}\`. Do not install it directly: \`${root.name}\` depends on it.

Built with mingw, and run under Wine 8.
`;
