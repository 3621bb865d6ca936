// Builds for Windows x64 from Linux, with mingw: the addon, the console helper and the C++ tests, in build/windows, and
// the package of the platform in build/packages: npm run build:windows [-- --tests]
//
// --tests also builds the C++ tests, for tools/test-windows.mjs. tools/setup --windows installs the compiler.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { inRoot } from './lib/paths.mjs';
import { must } from './lib/run.mjs';
import { packWindows } from './pack/windows-package.mjs';

const folder = inRoot('build/windows');

/** Builds the addon, with `tests` the C++ tests too. If that fails, exits with the exit code of what failed. */
export function buildWindows({ tests = false } = {}) {
  if (spawnSync('x86_64-w64-mingw32-g++-posix', ['--version']).status !== 0) {
    must(inRoot('tools/setup'), ['--windows']);
  }
  configure(tests);
  const targets = ['escher_execution_engine', ...(tests ? ['engine_tests', 'puppet'] : [])];
  const jobs = String(os.availableParallelism());
  must('cmake', ['--build', folder, '--parallel', jobs, '--target', ...targets]);
}

function packIt() {
  const destination = inRoot('build/packages');
  mkdirSync(destination, { recursive: true });
  const root = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  const { filename, size, unpackedSize } = packWindows({ root, folder, destination });
  const kilobytes = (bytes) => `${Math.round(bytes / 1000)} kB`;
  console.log(
    `${path.join(destination, filename)}\n  ${kilobytes(size)}, ${kilobytes(unpackedSize)} unpacked`,
  );
}

function configure(withTests) {
  const hasTests = () =>
    /^ESCHER_BUILD_TESTS:BOOL=ON$/m.test(readFileSync(path.join(folder, 'CMakeCache.txt'), 'utf8'));
  if (existsSync(path.join(folder, 'build.ninja')) && (!withTests || hasTests())) return;
  console.log('build: configuring for Windows');
  must('cmake', [
    ...['-S', '.', '-B', folder, '-G', 'Ninja', '--toolchain', 'cmake/toolchains/mingw.cmake'],
    `-DESCHER_BOOST_HEADERS=${boostHeaders()}`,
    ...['-DCMAKE_BUILD_TYPE=Release', '-DESCHER_WERROR=ON', '--log-level=WARNING'],
    `-DESCHER_BUILD_TESTS=${withTests ? 'ON' : 'OFF'}`,
  ]);
}

/** The headers of Boost of this system alone. Before 1.86 Boost.Process spells the name of a header with a capital. */
function boostHeaders() {
  const headers = path.join(folder, 'boost-headers');
  mkdirSync(headers, { recursive: true });
  if (!existsSync(path.join(headers, 'boost'))) {
    symlinkSync('/usr/include/boost', path.join(headers, 'boost'));
  }
  if (!existsSync(path.join(headers, 'Windows.h'))) {
    writeFileSync(path.join(headers, 'Windows.h'), '#include <windows.h>\n');
  }
  return headers;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  buildWindows({ tests: process.argv.includes('--tests') });
  packIt();
}
