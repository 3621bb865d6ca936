// The platform of a binary, as in the name of its package: linux-x64-glibc, darwin-arm64.
import process from 'node:process';

/** `libraries` are those that the binary needs; they show which C library it uses. */
export function targetOf(libraries) {
  const { platform, arch } = process;
  const libc = platform === 'linux' ? libcOf(libraries) : undefined;
  return { os: platform, cpu: arch, libc, name: [platform, arch, libc].filter(Boolean).join('-') };
}

const libcOf = (libraries) =>
  libraries.some((library) => library.startsWith('libc.musl-')) ? 'musl' : 'glibc';
