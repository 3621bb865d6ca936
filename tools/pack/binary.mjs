// Inspects a binary before it is packed: its size, the libraries and versions of libraries that it needs, the symbols
// that it exports.
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { readMachO } from './mach-o.mjs';

const MAX_BYTES = 1_700_000;
// Parts of the C library. Boost and the runtimes of C++ and of the compiler are linked statically.
const ALLOWED_LIBRARIES =
  /^(libc|libm|libpthread|libdl|librt|ld-linux-[\w-]+|libc\.musl-\w+)\.so(\.\d+)?$/;
const ALLOWED_DYLIBS = /^\/usr\/lib\/libSystem\.B\.dylib$/;
const ALLOWED_EXPORTS = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];

/**
 * `{ size, libraries, glibc, macos, wrong }`, where `wrong` lists the problems. `oldest` has the limits of the target, as
 * in tools/cross/targets.mjs: `{ GLIBC: '2.28' }`, `{ macOS: '11.0' }`; without it there is no limit.
 */
export function inspect(file, { oldest = {} } = {}) {
  const { size } = statSync(file);
  const known = inspectFormat(file, oldest);
  const wrong = [...known.wrong];
  if (size > MAX_BYTES) wrong.push(`it has ${size} bytes, more than ${MAX_BYTES}`);
  return { ...known, size, wrong };
}

function inspectFormat(file, oldest) {
  switch (beginningOf(file)) {
    case '7f454c46':
      return inspectElf(file, oldest);
    case 'cffaedfe':
      return inspectMachO(file, oldest);
    default:
      return { libraries: [], wrong: [] };
  }
}

function beginningOf(file) {
  const bytes = Buffer.alloc(4);
  const descriptor = openSync(file, 'r');
  readSync(descriptor, bytes, 0, 4, 0);
  closeSync(descriptor);
  return bytes.toString('hex');
}

function inspectElf(file, oldest) {
  const headers = objdump('-p', file);
  const libraries = [...headers.matchAll(/NEEDED\s+(\S+)/g)].map(([, name]) => name);
  const symbols = objdump('-T', file)
    .split('\n')
    .filter((line) => /^[0-9a-f]{8,}/.test(line));
  const shown = symbols
    .filter((line) => !line.includes('*UND*'))
    .map((line) => line.split(/\s+/).at(-1));
  // `0x… 0x00 05 GLIBC_2.17`, below the name of the library.
  const versions = newestVersions([...headers.matchAll(/^\s+0x\w+ 0x\w+ \d+ (\S+)$/gm)]);
  const wrong = [
    ...libraries.filter((name) => !ALLOWED_LIBRARIES.test(name)).map((name) => `it needs ${name}`),
    ...tooNew(versions, oldest),
    ...notAllowed(shown),
    ...(versions.GLIBC === undefined ? [] : inNoLibrary(symbols)),
  ];
  if (/ \.(symtab|debug_\w+) /.test(objdump('-h', file))) wrong.push('it is not stripped');
  return { libraries, glibc: versions.GLIBC, wrong };
}

function inspectMachO(file, oldest) {
  const { cpu, libraries, oldest: macos, exported, ofHost, locals, signature } = readMachO(file);
  const wrong = [
    ...libraries.filter((name) => !ALLOWED_DYLIBS.test(name)).map((name) => `it needs ${name}`),
    ...tooNew({ macOS: macos }, oldest),
    ...notAllowed(exported.map((name) => name.replace(/^_/, ''))),
    ...ofHost
      .filter((name) => !/^_(napi|node_api)_/.test(name))
      .map((name) => `no library has ${name}`),
  ];
  if (exported.length === 0) wrong.push('it does not export the module');
  if (locals > 0) wrong.push(`it is not stripped: it has ${locals} symbols of its own`);
  // Intel's Macs load a file without a signature.
  if (cpu === 'arm64' && signature !== undefined) wrong.push(signature);
  return { libraries, macos, wrong };
}

const notAllowed = (exported) =>
  exported.filter((name) => !ALLOWED_EXPORTS.includes(name)).map((name) => `it exports ${name}`);

/** Of each family of versions the newest one: `{ GLIBC: '2.27', GLIBCXX: '3.4.30' }`. */
export function newestVersions(matches) {
  const newest = {};
  for (const [, text] of matches) {
    const [, family, version] = /^([A-Z][A-Z_]*?)_(\d[\d.]*)$/.exec(text) ?? [];
    if (family === undefined) continue;
    if (newest[family] === undefined || isNewer(version, newest[family])) newest[family] = version;
  }
  return newest;
}

/**
 * The symbols that only the host can have, besides those of N-API, from lines of `objdump -T`. glibc gives each of its symbols
 * a version: one without is in no library of that age, and the host ends when it calls it.
 */
export function inNoLibrary(symbols) {
  return symbols
    .filter((line) => line.includes('*UND*') && !/^\S+ +w /.test(line) && !/\([A-Z]/.test(line))
    .map((line) => line.split(/\s+/).at(-1))
    .filter((name) => !/^(napi|node_api)_/.test(name))
    .map((name) => `no library has ${name}`);
}

/** A family without a limit is not allowed at all, if there are limits: a C++ runtime must be linked statically. */
export function tooNew(versions, oldest) {
  if (Object.keys(oldest).length === 0) return [];
  return Object.entries(versions)
    .filter(([family, version]) => oldest[family] === undefined || isNewer(version, oldest[family]))
    .map(([family, version]) => `it needs ${family} ${version}, above ${oldest[family] ?? 'none'}`);
}

function isNewer(version, other) {
  const [a, b] = [version, other].map((text) => text.split('.').map(Number));
  const at = a.findIndex((part, i) => part !== (b[i] ?? 0));
  return at >= 0 && a[at] > (b[at] ?? 0);
}

function objdump(option, file) {
  const { status, stdout, stderr, error } = spawnSync('objdump', [option, file], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`objdump ${option} ${file}: ${error?.message ?? stderr}`);
  return stdout;
}
