// The programs that run the contenders: Node.js; Bun and Deno, which npm installs in build/bench for the benchmarks only;
// tokio, a Rust program; and the bare system calls, a C++ program. A program that cannot be installed or built here is
// left out, with the reason.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const inRoot = (file) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const HOME = inRoot('build/bench');
const RUNTIMES = {
  Bun: { name: '@oven/bun-linux-x64', program: 'bin/bun', args: ['run'] },
  Deno: {
    name: '@deno/linux-x64-glibc',
    program: 'deno',
    args: ['run', '--allow-all', '--no-config', '--quiet'],
  },
};
const CRATES = '/usr/share/cargo/registry';

/**
 * `programs` is { name: { command, version } }, `missing` is { name: why }. With `install`, what is missing is installed
 * or built; without it, only what is there is used.
 */
export function findPeers({ install, floor }) {
  const programs = {
    'Node.js': { command: [process.execPath, '--expose-gc'], version: process.versions.node },
  };
  const missing = {};
  const add = (name, find) => {
    try {
      programs[name] = find();
    } catch (error) {
      missing[name] = error.message;
    }
  };
  if (process.platform !== 'linux') {
    missing['Bun, Deno, tokio, bare calls'] = 'on Linux only';
    return { programs, missing };
  }
  const command = floor ?? buildFloor();
  programs['bare calls'] = { command: [command], version: null };
  if (install) installRuntimes();
  for (const [name, runtime] of Object.entries(RUNTIMES)) add(name, () => findRuntime(runtime));
  add('tokio', () => findTokio(install));
  return { programs, missing };
}

function buildFloor() {
  run(process.execPath, [inRoot('tools/build-native.mjs'), 'bench', 'engine_floor']);
  return inRoot('build/release/engine_floor');
}

/** The versions of bench/peers/package.json. A failure is noticed when they are looked for. */
function installRuntimes() {
  if (Object.values(RUNTIMES).every(isInstalled)) return;
  for (const file of ['package.json', 'package-lock.json']) copyPeer(file);
  try {
    run('npm', ['ci', '--no-audit', '--no-fund', '--fetch-retries=1'], { cwd: HOME });
  } catch (error) {
    console.error(`bench: npm ci in ${HOME}: ${error.message}`);
  }
}

const isInstalled = ({ name }) => installedVersion(name) === wantedVersion(name);

const wantedVersion = (name) =>
  readJson(inRoot('bench/peers/package.json')).optionalDependencies[name];

function installedVersion(name) {
  const file = `${HOME}/node_modules/${name}/package.json`;
  return existsSync(file) ? readJson(file).version : undefined;
}

function findRuntime(runtime) {
  const { name, program, args } = runtime;
  if (!isInstalled(runtime))
    throw new Error(`${name} ${wantedVersion(name)} from npm is not in build/bench`);
  return {
    command: [`${HOME}/node_modules/${name}/${program}`, ...args],
    version: wantedVersion(name),
  };
}

/** Built in a copy, because cargo writes its lock file next to the sources. */
function findTokio(install) {
  const program = `${HOME}/tokio/target/release/tokio-peer`;
  if (install) {
    if (!existsSync(CRATES)) throw new Error(`no crates in ${CRATES}: run tools/setup --bench`);
    copyPeer('tokio');
    try {
      run('cargo', ['build', '--release', '--offline', '--quiet'], { cwd: `${HOME}/tokio` });
    } catch (error) {
      throw new Error(`cargo build failed, is tools/setup --bench done? (${error.message})`);
    }
  }
  if (!existsSync(program)) throw new Error('bench/peers/tokio is not built in build/bench');
  const lock = readFileSync(`${HOME}/tokio/Cargo.lock`, 'utf8');
  return { command: [program], version: /name = "tokio"\nversion = "([^"]+)"/.exec(lock)[1] };
}

const copyPeer = (name) =>
  cpSync(inRoot(`bench/peers/${name}`), `${HOME}/${name}`, {
    recursive: true,
    preserveTimestamps: true,
  });

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** Runs a program with its output on stderr: stdout is for the table. */
const run = (program, args, options) =>
  execFileSync(program, args, { stdio: ['ignore', 2, 2], ...options });
