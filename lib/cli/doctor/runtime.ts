/** The runtime of this process, and whether the package is tested on this platform. */

import { type Check, limited, ok } from './check';
import type { Machine } from './machine';

const NEVER_RUN = 'the engine has never been run on macOS by its makers';

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
  if (platform === 'linux' && arch === 'x64' && glibc !== undefined) return ok(check);
  const meaning = platform === 'darwin' ? NEVER_RUN : 'the package is tested less on this platform';
  const cure =
    '"Tested platforms" in docs/architecture.md has what was run where. Report problems.';
  return limited({ ...check, meaning, cure });
}
