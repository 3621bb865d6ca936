// A folder with the contents of one package, and the tarball that npm makes from it.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../lib/paths.mjs';

/** An empty folder below build/pack/. */
export function emptyStage(name) {
  const folder = inRoot('build/pack', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Copies files of the repository, to the same places. */
export function copyInto(stage, files) {
  for (const file of files) {
    const to = path.join(stage, file);
    mkdirSync(path.dirname(to), { recursive: true });
    cpSync(inRoot(file), to, { recursive: true });
  }
}

export function writeManifest(stage, manifest) {
  writeFileSync(path.join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Returns npm's description of the tarball: `filename`, `size`, `unpackedSize`, `files`. */
export function pack(stage, destination) {
  const { status, stdout, stderr, error } = spawnSync(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', destination],
    { cwd: stage, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (status !== 0) throw new Error(`npm pack in ${stage}: ${error?.message ?? stderr}`);
  // A list up to npm 11, an object with a key for each package from npm 12.
  const [tarball] = Object.values(JSON.parse(stdout));
  return tarball;
}
