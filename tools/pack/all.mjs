// Packs the published tarballs: npm run pack:all -- --pack-destination DIR [--only platform|main] [--target NAME]...
// The packages of platforms are those that this machine can build and that have a record in test/platforms/results/, or
// those that --target names. The main package depends on every platform package of this version with a tarball in DIR, so copy those of other
// machines there first (docs/releasing.md).
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { buildWindows } from '../build-windows.mjs';
import { buildFor } from '../cross/build.mjs';
import { inRoot } from '../lib/paths.mjs';
import { inspect } from './binary.mjs';
import { checkMain, checkPlatform } from './check.mjs';
import { packMain } from './main-package.mjs';
import { packPlatform } from './platform-package.mjs';
import { allPackages, isCrossBuilt, packagesHere } from './target.mjs';
import { packWindows, WINDOWS } from './windows-package.mjs';

const USAGE =
  'usage: npm run pack:all -- [--pack-destination DIR] [--only platform|main] [--target NAME]...; DIR is build/packages if not given';

const root = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
const { destination, only, wanted } = readOptions();

try {
  mkdirSync(destination, { recursive: true });
  if (only !== 'main') await packPlatforms();
  if (only !== 'platform') await packMainFor(platformsIn(destination));
} catch (error) {
  fail(error.message);
}

async function packPlatforms() {
  const packages =
    wanted === undefined
      ? packagesHere()
      : allPackages().filter(({ target }) => wanted.includes(target.name));
  const missing = wanted?.filter((name) => !packages.some(({ target }) => target.name === name));
  if (missing?.length > 0) throw new Error(`this machine cannot build ${missing.join(', ')}`);
  await buildFor(packages.map(({ target }) => target.name).filter(isCrossBuilt));
  for (const found of packages) await packOne(found);
}

async function packOne({ target, binary }) {
  const { packed, oldest } =
    target.name === WINDOWS ? packBuiltWindows(binary) : packUnix(target, binary);
  requireNone(packed.filename, await checkPlatform(path.join(destination, packed.filename)));
  print(packed, oldest === undefined ? '' : `, ${target.libc ?? target.os} >= ${oldest}`);
}

function packUnix(target, binary) {
  const { glibc, macos, wrong } = inspect(binary, target);
  requireNone(binary, wrong);
  const oldest = glibc ?? macos;
  return { packed: packPlatform({ root, target, binary, oldest, destination }), oldest };
}

function packBuiltWindows(binary) {
  buildWindows();
  return { packed: packWindows({ root, folder: path.dirname(binary), destination }) };
}

async function packMainFor(platforms) {
  if (platforms.length === 0) {
    throw new Error(`${destination} holds no platform package of ${root.version}; pack one first`);
  }
  const packed = packMain({ root, platforms, destination });
  requireNone(packed.filename, await checkMain(path.join(destination, packed.filename)));
  print(packed, `, with ${platforms.join(', ')}`);
}

function platformsIn(folder) {
  const ending = `-${root.version}.tgz`;
  return readdirSync(folder)
    .filter((file) => file.startsWith(`${root.name}-`) && file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .filter((name) => name !== root.name)
    .sort();
}

function requireNone(what, wrong) {
  if (wrong.length > 0) throw new Error(`${what}:\n  ${wrong.join('\n  ')}`);
}

function print({ filename, size, unpackedSize, entryCount }, more) {
  const kilobytes = (bytes) => `${Math.round(bytes / 1000)} kB`;
  const figures = `${kilobytes(size)}, ${kilobytes(unpackedSize)} in ${entryCount} files`;
  console.log(`${path.join(destination, filename)}\n  ${figures}${more}`);
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        'pack-destination': { type: 'string' },
        only: { type: 'string' },
        target: { type: 'string', multiple: true },
      },
    });
    if (![undefined, 'platform', 'main'].includes(values.only)) {
      throw new Error(`--only must be platform or main, received ${values.only}`);
    }
    // npm runs scripts in the root, but a relative path refers to the folder in which the command was typed.
    const from = process.env.INIT_CWD ?? process.cwd();
    const folder = values['pack-destination'];
    return {
      destination: folder === undefined ? inRoot('build/packages') : path.resolve(from, folder),
      only: values.only,
      wanted: values.target,
    };
  } catch (error) {
    fail(`${error.message}\n${USAGE}`);
  }
}

function fail(why) {
  console.error(`pack: ${why}`);
  process.exit(1);
}
