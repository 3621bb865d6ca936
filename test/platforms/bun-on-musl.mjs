// Bun for musl, on a system with glibc. npm has no Node.js for musl. The package `musl` has the C library; Bun also wants
// the C++ library of its system, of which it uses three dozen functions. They are made here from the static library of the
// compiler.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../../tools/lib/paths.mjs';

const MUSL = '/lib/ld-musl-x86_64.so.1';
const LIBRARIES = inRoot('build/platforms-musl');
// Bun has copies of these, so they are not among its undefined symbols.
const TABLES = ['', 'si_', 'vmi_'].map((kind) => {
  const name = `__${kind}class_type_info`;
  return `_ZTVN10__cxxabiv1${name.length}${name}E`;
});

/** The command that runs this Bun. */
export function onMusl(bun) {
  const ofMusl = symbols('--defined-only', MUSL).map(([name]) => name);
  const needed = symbols('--undefined-only', bun)
    .filter(([name, kind]) => kind === 'U' && !ofMusl.includes(name))
    .map(([name]) => name);
  mkdirSync(LIBRARIES, { recursive: true });
  const archives = ['libstdc++.a', 'libgcc_eh.a', 'libgcc.a'].map((name) =>
    output('g++', [`-print-file-name=${name}`]).trim(),
  );
  output('gcc', [
    ...['-shared', '-fPIC', '-nostdlib', '-Wl,--gc-sections', '-Wl,-soname,libstdc++.so.6'],
    ...[...needed, ...TABLES].map((name) => `-Wl,-u,${name}`),
    ...[inRoot('test/platforms/bun-on-musl.c'), ...archives],
    ...['-o', path.join(LIBRARIES, 'libstdc++.so.6')],
  ]);
  return ['env', `LD_LIBRARY_PATH=${LIBRARIES}`, bun];
}

/** `[name, kind]` of each dynamic symbol. */
function symbols(which, file) {
  const lines = output('nm', ['-D', which, file]).split('\n');
  return lines.map((line) => line.trim().split(/\s+/)).map((parts) => [parts.at(-1), parts.at(-2)]);
}

function output(program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`${program}: ${error?.message ?? stderr}`);
  return stdout;
}
