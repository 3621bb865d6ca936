// What runs the packages here: each run has the platform whose package it uses, and what it is run by.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findPeers } from '../../bench/node/peers.mjs';
import { inRoot } from '../../tools/lib/paths.mjs';
import { must } from '../../tools/lib/run.mjs';
import { nodeBinaries } from '../package/nodes.mjs';
import { onMusl } from './bun-on-musl.mjs';

const ARM64 = [inRoot('test/platforms/arm64.sh')];

/**
 * The runs of suite.mjs on the platforms for which `isOf` is true; `command` is a runtime with its options. Throws if a
 * runtime cannot be had.
 */
export function suiteRuns(isOf) {
  return [
    ...(isOf('linux-x64-glibc') ? [...nodes(), ...otherRuntimes()] : []),
    ...(isOf('linux-arm64-glibc') ? emulatedNodes() : []),
    ...(isOf('linux-x64-musl') ? [bunOnMusl()] : []),
  ].map((one) => ({ what: 'suite', ...one }));
}

/** The C++ tests of other platforms; `command` runs a program of the platform. */
export function cppRuns(isOf) {
  const runs = [{ platform: 'linux-x64-musl', by: 'static programs', command: [] }];
  return runs
    .filter(({ platform }) => isOf(platform))
    .map((one) => ({ what: 'C++ tests', ...one }));
}

function nodes() {
  return nodeBinaries({ all: true }).map((node) => ({
    platform: 'linux-x64-glibc',
    by: `Node.js ${majorOf([node])}`,
    command: [node],
  }));
}

function otherRuntimes() {
  const { programs, missing } = findPeers({ install: true, floor: 'unused' });
  return ['Bun', 'Deno'].map((name) => {
    if (missing[name] !== undefined) throw new Error(`${name}: ${missing[name]}`);
    const { command, version } = programs[name];
    // The benchmarks tell Deno not to read a package.json, by which it finds packages here.
    const options = command.filter((option) => option !== '--no-config');
    return { platform: 'linux-x64-glibc', by: `${name} ${version}`, command: options };
  });
}

function emulatedNodes() {
  return installed('node-arm64-').map((folder) => {
    const command = [...ARM64, path.join(folder, 'bin/node')];
    return {
      platform: 'linux-arm64-glibc',
      by: `Node.js ${majorOf(command)} under ${emulator()}`,
      command,
    };
  });
}

function bunOnMusl() {
  const [folder] = installed('bun-musl');
  const command = onMusl(path.join(folder, 'bin/bun'));
  const by = `Bun ${versionOf(command)} for musl`;
  return { platform: 'linux-x64-musl', by, command: [...command, 'run'] };
}

/** The folders of the packages in runtimes/ whose names begin so. They are installed when they are needed first. */
function installed(beginning) {
  const home = inRoot('test/platforms/runtimes');
  const { dependencies } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8'));
  const folders = Object.keys(dependencies)
    .filter((name) => name.startsWith(beginning))
    .map((name) => path.join(home, 'node_modules', name));
  if (!folders.every((folder) => existsSync(folder))) {
    console.log('platforms: npm ci (runtimes for other platforms)');
    // --force: they are for other platforms.
    must('npm', ['ci', '--force', '--no-audit', '--no-fund'], { cwd: home });
  }
  return folders;
}

const majorOf = (command) => versionOf(command).split('.')[0];

function versionOf([program, ...options]) {
  const { status, stdout, stderr, error } = spawnSync(program, [...options, '--version'], {
    encoding: 'utf8',
  });
  if (status !== 0) {
    throw new Error(`${program}: ${error?.message ?? stderr} (tools/setup --platforms)`);
  }
  return stdout.trim().replace(/^v/, '');
}

const emulator = () =>
  `qemu-user ${/version (\d+\.\d+)/.exec(versionOf(['qemu-aarch64']))?.[1] ?? 'of unknown version'}`;
