// Inspects the binary before it is packed: its size, the libraries that it needs, the symbols that it exports.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import process from 'node:process';

const MAX_BYTES = 1_700_000;
// Parts of the C library. Boost and the runtimes of C++ and of the compiler are linked statically.
const ALLOWED_LIBRARIES =
  /^(libc|libm|libpthread|libdl|librt|ld-linux-[\w-]+|libc\.musl-\w+)\.so(\.\d+)?$/;
const ALLOWED_EXPORTS = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];

/** `{ size, libraries, glibc, wrong }`, where `wrong` lists the problems. */
export function inspect(file) {
  const { size } = statSync(file);
  const known = process.platform === 'linux' ? inspectElf(file) : { libraries: [], wrong: [] };
  const wrong = [...known.wrong];
  if (size > MAX_BYTES) wrong.push(`it has ${size} bytes, more than ${MAX_BYTES}`);
  return { ...known, size, wrong };
}

function inspectElf(file) {
  const libraries = [...objdump('-p', file).matchAll(/NEEDED\s+(\S+)/g)].map(([, name]) => name);
  const symbols = objdump('-T', file)
    .split('\n')
    .filter((line) => /^[0-9a-f]{8,}/.test(line));
  const shown = symbols
    .filter((line) => !line.includes('*UND*'))
    .map((line) => line.split(/\s+/).at(-1));
  const wrong = [];
  for (const library of libraries.filter((name) => !ALLOWED_LIBRARIES.test(name))) {
    wrong.push(`it needs ${library}`);
  }
  for (const symbol of shown.filter((name) => !ALLOWED_EXPORTS.includes(name))) {
    wrong.push(`it exports ${symbol}`);
  }
  if (/ \.(symtab|debug_\w+) /.test(objdump('-h', file))) wrong.push('it is not stripped');
  return { libraries, glibc: newest(symbols), wrong };
}

/** The oldest sufficient glibc: the newest version among the required symbols. */
function newest(symbols) {
  const versions = symbols
    .filter((line) => line.includes('*UND*'))
    .map((line) => /\bGLIBC_(\d+)\.(\d+)/.exec(line))
    .filter(Boolean)
    .map(([, major, minor]) => [Number(major), Number(minor)]);
  return versions
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .at(-1)
    ?.join('.');
}

function objdump(option, file) {
  const { status, stdout, stderr, error } = spawnSync('objdump', [option, file], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`objdump ${option} ${file}: ${error?.message ?? stderr}`);
  return stdout;
}
