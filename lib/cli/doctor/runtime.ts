/** The runtime of this process, and whether the package is tested on this platform. */

import { type Check, limited, ok } from './check';
import type { Machine } from './machine';

/** What has not been tried on each platform that has a package. `linux-x64-glibc` is tested as a whole. */
const GAPS: Readonly<Record<string, string>> = {
  'linux-arm64-glibc': 'the package has been run under an emulator only',
  'linux-x64-musl': 'the package has been run in Bun, but not in Node.js',
  'darwin-arm64': 'the engine has never been run on macOS by its makers',
  'darwin-x64': 'the engine has never been run on macOS by its makers',
  'win32-x64': 'the package has been run under Wine, but not on Windows itself',
};
const NO_PACKAGE = 'there is no package for this platform';

/** Bun and Deno report the version of Node.js that they imitate too. */
export function runtimeCheck(versions: Readonly<Record<string, string | undefined>>): Check {
  const other = [
    ['Bun', versions.bun],
    ['Deno', versions.deno],
    ['Electron', versions.electron],
  ].find(([, version]) => version !== undefined);
  const value = other === undefined ? `Node.js ${versions.node}` : other.join(' ');
  return ok({ id: 'runtime', name: 'Runtime', value });
}

/** `glibc` is the version of glibc; `undefined` if this is another C library, or no Linux. */
export function platformCheck({ platform, arch }: Machine, glibc: string | undefined): Check {
  const libc = glibc === undefined ? 'no glibc (musl?)' : `glibc ${glibc}`;
  const value = `${platform}-${arch}${platform === 'linux' ? `, ${libc}` : ''}`;
  const check = { id: 'platform', name: 'Platform', value };
  const name = nameOf(platform, arch, glibc);
  if (name === 'linux-x64-glibc') return ok(check);
  const cure =
    '"Tested platforms" in docs/architecture.md has what was run where. Report problems.';
  return limited({ ...check, meaning: GAPS[name] ?? NO_PACKAGE, cure });
}

/** The end of the name of the package for a platform. */
function nameOf(platform: string, arch: string, glibc: string | undefined): string {
  const libc = glibc === undefined ? 'musl' : 'glibc';
  return `${platform}-${arch}${platform === 'linux' ? `-${libc}` : ''}`;
}
