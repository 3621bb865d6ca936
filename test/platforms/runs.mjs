// What runs the packages here: each run has the platform whose package it uses, and what it is run by.
import path from 'node:path';
import process from 'node:process';
import { findPeers } from '../../bench/node/peers.mjs';
import { inRoot } from '../../tools/lib/paths.mjs';
import { must } from '../../tools/lib/run.mjs';
import { nodeBinaries } from '../package/nodes.mjs';
import { existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';

const ARM64_LIBRARIES = '/usr/aarch64-linux-gnu';
const EMULATED_NODE = 'node-arm64-22';

/** The emulator with its options; the libraries are those of Debian's cross packages. */
export const ARM64 = ['qemu-aarch64', '-L', ARM64_LIBRARIES];

/**
 * The runs of suite.mjs on the platforms for which `isOf` is true; `command` is a runtime with its options. Throws if a
 * runtime cannot be had.
 */
export function suiteRuns(isOf) {
  return [
    ...(isOf('linux-x64-glibc') ? [...nodes(), ...otherRuntimes()] : []),
    ...(isOf('linux-arm64-glibc') ? [emulated()] : []),
  ].map((one) => ({ what: 'suite', ...one }));
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

function emulated() {
  const folder = inRoot('test/platforms/runtimes');
  const node = path.join(folder, 'node_modules', EMULATED_NODE, 'bin/node');
  if (!existsSync(node)) {
    console.log('platforms: npm ci (Node.js for arm64)');
    must('npm', ['ci', '--force', '--cpu=arm64', '--no-audit', '--no-fund'], { cwd: folder });
  }
  const command = [...ARM64, node];
  return {
    platform: 'linux-arm64-glibc',
    by: `Node.js ${majorOf(command)} under ${emulatorVersion()}`,
    command,
    skipped: NOT_EMULATED,
    without: 'what the emulator has not (test/platforms/runs.mjs)',
  };
}

/** Cases of the suite that qemu-user cannot run, with the reasons. */
const NOT_EMULATED = {};

/** The C++ tests of other platforms; `command` runs a program of the platform. */
export const cppRuns = [
  { platform: 'linux-x64-musl', by: 'static programs', what: 'C++ tests', command: [] },
];

const majorOf = (command) => versionOf(command).split('.')[0];

function versionOf([program, ...options]) {
  const { status, stdout, stderr, error } = spawnSync(program, [...options, '--version'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${program}: ${error?.message ?? stderr} (tools/setup --platforms)`);
  return stdout.trim().replace(/^v/, '');
}

const emulatorVersion = () =>
  `qemu-user ${/version (\d+\.\d+)/.exec(versionOf([ARM64[0]]))?.[1] ?? process.platform}`;
