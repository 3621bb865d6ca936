// What links and strips for macOS: the programs of LLVM. Zig's own linker cannot limit what is exported: it lets out its
// C++ runtime, of which macOS would merge the weak symbols, `operator new` among them, with those of the host. The
// runtimes and the library of the system are Zig's.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { inRoot } from '../lib/paths.mjs';
import { must } from '../lib/run.mjs';

const ARCHITECTURES = { x64: 'x86_64', arm64: 'arm64' };

/**
 * The text of a script that links a bundle for a target. `compiler` is Zig's for that target, `library` the folder with
 * the files that Zig brings.
 */
export function linkerScript({ target, compiler, library }) {
  const version = target.oldest.macOS;
  const system = path.join(library, 'libc/darwin', `libSystem.${version.split('.')[0]}.tbd`);
  const options = [
    ...['-arch', ARCHITECTURES[target.cpu], '-platform_version', 'macos', version, version],
    ...['-bundle', '-undefined', 'dynamic_lookup'],
  ];
  return `#!/bin/sh
# CMake marks the options for a compiler, which would pass them on.
for argument; do
  shift
  [ "$argument" = -Xlinker ] || set -- "$@" "$argument"
done
exec ${program('ld64.lld')} ${options.join(' ')} "$@" ${[...runtimes(compiler), system].join(' ')}
`;
}

/** The text of a script that strips a bundle. The new one has a signature that matches. */
export const stripScript = () => `#!/bin/sh\nexec ${program('llvm-strip')} "$@"\n`;

function program(name) {
  if (installed(name) === undefined) must(inRoot('tools/setup'), ['--cross']);
  const file = installed(name);
  if (file === undefined)
    throw new Error(`there is no ${name} here, which the build for macOS needs`);
  return file;
}

/** Debian has these programs in the folder of their version only. */
const installed = (name) =>
  readdirSync('/usr/lib')
    .filter((folder) => folder.startsWith('llvm-'))
    .map((folder) => `/usr/lib/${folder}/bin/${name}`)
    .find((file) => existsSync(file));

/** Zig compiles its runtimes when they are needed first, and keeps them in its cache. */
function runtimes(compiler) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'escher-zig-'));
  try {
    const source = path.join(folder, 'none.cpp');
    writeFileSync(source, 'int none() { return 0; }\n');
    const { status, stderr, error } = spawnSync(compiler, ['-dynamiclib', source, '-o', 'none'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, ZIG_VERBOSE_LINK: '1' },
    });
    const files = stderr?.match(/\S+\.a(?=\s)/g) ?? [];
    if (status !== 0 || files.length === 0) {
      throw new Error(`${compiler}: ${error?.message ?? stderr}`);
    }
    return files;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
