// The platforms for which tools/cross builds the addon, each a package of the same name.
//
// `zig` is what its compiler calls the platform, with the oldest version of the system that a binary must load on:
// glibc 2.28 and macOS 11 are those of Node.js 20. `system` and `processor` are CMake's names.

export const TARGETS = {
  'linux-x64-glibc': {
    os: 'linux',
    cpu: 'x64',
    libc: 'glibc',
    zig: 'x86_64-linux-gnu.2.28',
    system: 'Linux',
    processor: 'x86_64',
    oldest: { GLIBC: '2.28' },
  },
  'linux-arm64-glibc': {
    os: 'linux',
    cpu: 'arm64',
    libc: 'glibc',
    zig: 'aarch64-linux-gnu.2.28',
    system: 'Linux',
    processor: 'aarch64',
    oldest: { GLIBC: '2.28' },
  },
  'linux-x64-musl': {
    os: 'linux',
    cpu: 'x64',
    libc: 'musl',
    zig: 'x86_64-linux-musl',
    system: 'Linux',
    processor: 'x86_64',
  },
  'darwin-arm64': {
    os: 'darwin',
    cpu: 'arm64',
    zig: 'aarch64-macos.11.0-none',
    system: 'Darwin',
    processor: 'arm64',
    oldest: { macOS: '11.0' },
  },
  'darwin-x64': {
    os: 'darwin',
    cpu: 'x64',
    zig: 'x86_64-macos.11.0-none',
    system: 'Darwin',
    processor: 'x86_64',
    oldest: { macOS: '11.0' },
  },
};

/** Its name with its properties; throws for an unknown one. */
export function targetNamed(name) {
  const target = TARGETS[name];
  if (target === undefined) {
    throw new Error(`unknown platform "${name}"; known are ${Object.keys(TARGETS).join(', ')}`);
  }
  return { name, ...target };
}
