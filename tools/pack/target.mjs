// The platform packages that this machine can make, each with the binary that goes into it. A target has the name of the
// package's end: linux-x64-glibc, darwin-arm64.
import process from 'node:process';
import { addonOf } from '../cross/build.mjs';
import { TARGETS, targetNamed } from '../cross/targets.mjs';
import { inRoot } from '../lib/paths.mjs';
import { readResults } from '../lib/platform-results.mjs';
import { inspect } from './binary.mjs';
import { WINDOWS } from './windows-package.mjs';

export const BINARY = 'escher_execution_engine.node';

/** The binary that `npm run build` makes. */
const builtBinary = inRoot('build/Release', BINARY);
/** The binary that `npm run build:windows` makes. */
const windowsBinary = inRoot('build/windows', BINARY);

const isCrossCompiling = process.platform === 'linux' && process.arch === 'x64';

/** `{ target, binary }` of the package for this machine: the one that loads on an old glibc, where it can be built. */
export function packageHere() {
  if (isCrossCompiling) return crossPackage('linux-x64-glibc');
  const { libraries } = inspect(builtBinary);
  return { target: targetOfThis(libraries), binary: builtBinary };
}

/** Whether tools/cross builds the binary for a platform. */
export const isCrossBuilt = (name) => isCrossCompiling && name in TARGETS;

/** All packages that this machine can make, built or not. */
export function allPackages() {
  if (!isCrossCompiling) return [packageHere()];
  const windows = { os: 'win32', cpu: 'x64', name: WINDOWS };
  const cross = Object.keys(TARGETS).map(crossPackage);
  return [...cross, { target: windows, binary: windowsBinary }];
}

/** Those of them that are packed unless others are asked for: a platform without a record was never tried. */
export function packagesHere() {
  if (!isCrossCompiling) return allPackages();
  const recorded = readResults().map(({ platform }) => platform);
  return allPackages().filter(({ target }) => recorded.includes(target.name));
}

const crossPackage = (name) => ({ target: targetNamed(name), binary: addonOf(name) });

/** `libraries` are those that the binary needs; they show which C library it uses. */
function targetOfThis(libraries) {
  const { platform, arch } = process;
  const libc = platform === 'linux' ? libcOf(libraries) : undefined;
  return { os: platform, cpu: arch, libc, name: [platform, arch, libc].filter(Boolean).join('-') };
}

const libcOf = (libraries) =>
  libraries.some((library) => library.startsWith('libc.musl-')) ? 'musl' : 'glibc';
