// Looks into the binary before it goes out: what it weighs, what it asks of the system, what it shows of itself.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import process from 'node:process';

const MOST_BYTES = 1_500_000;
// Parts of the C library. Boost, and the runtimes of C++ and of the compiler, are inside the binary.
const MAY_ASK_FOR =
  /^(libc|libm|libpthread|libdl|librt|ld-linux-[\w-]+|libc\.musl-\w+)\.so(\.\d+)?$/;
const MAY_SHOW = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];

/** What there is to know, and what is wrong with it. */
export function inspect(file) {
  const { size } = statSync(file);
  const known = process.platform === 'linux' ? inspectElf(file) : { libraries: [], wrong: [] };
  const wrong = [...known.wrong];
  if (size > MOST_BYTES) wrong.push(`it has ${size} bytes, more than ${MOST_BYTES}`);
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
  for (const library of libraries.filter((name) => !MAY_ASK_FOR.test(name))) {
    wrong.push(`it asks for ${library}`);
  }
  for (const symbol of shown.filter((name) => !MAY_SHOW.includes(name))) {
    wrong.push(`it shows the symbol ${symbol}`);
  }
  if (/ \.(symtab|debug_\w+) /.test(objdump('-h', file))) wrong.push('it is not stripped');
  return { libraries, glibc: newest(symbols), wrong };
}

/** The oldest glibc that has everything: the newest version that a symbol is asked for in. */
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
