/** The error for an addon that cannot be loaded: where it was searched, what failed, and what helps. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setAllOwn } from '../util/own-property';
import { glibcVersion } from './libc';

/** One place where the addon was searched, and why it was not loaded from there. */
export interface Attempt {
  place: string;
  error: unknown;
}

interface Failure {
  attempts: readonly Attempt[];
  /** The platform: `linux-x64-glibc`. */
  target: string;
  /** The environment variable that named the file, if one did. */
  override: string | undefined;
}

const PACKAGE = 'escher-execution-engine';

export function loadError(failure: Failure): Error {
  const message = [
    `Cannot load the native part of ${PACKAGE}.`,
    `  here:  ${here(failure.target)}`,
    ...failure.attempts.map(({ place, error }) => `  tried: ${place}\n         ${textOf(error)}`),
    ...cures(failure).map((cure) => `  cure:  ${cure}`),
  ].join('\n');
  // A binary that exists and does not load explains more than a missing one.
  const broken = failure.attempts.find(({ error }) =>
    /^ERR_(DLOPEN|ACCESS_DENIED)/.test(codeOf(error) ?? ''),
  );
  const cause = (broken ?? failure.attempts.at(-1))?.error;
  return setAllOwn(new Error(message, { cause }), { code: 'ERR_DLOPEN_FAILED' });
}

function here(target: string): string {
  const glibc = glibcVersion();
  return `${target}${glibc === undefined ? '' : `, glibc ${glibc}`}, Node.js ${process.version}`;
}

const textOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

function cures({ attempts, target, override }: Failure): string[] {
  if (process.platform === 'win32') {
    return [
      'Install escher-execution-engine-win32-x64 of the same version. Only Windows x64 has a package, and the engine is not compiled on Windows.',
    ];
  }
  const codes = attempts.map(({ error }) => codeOf(error));
  if (codes.includes('ERR_DLOPEN_DISABLED')) {
    return [
      'Node.js runs with --permission or --no-addons: give it --allow-addons (and --allow-child-process), or leave that out.',
    ];
  }
  if (codes.includes('ERR_ACCESS_DENIED')) {
    return [
      'Node.js runs with --permission: let it read the package (--allow-fs-read), load addons (--allow-addons) and run commands (--allow-child-process).',
    ];
  }
  if (override !== undefined) return [`${override} names this file: correct it, or unset it.`];
  const folder = packageFolder();
  const tooOld = attempts.map(({ error }) => /`(GLIBC_[\d.]+)' not found/.exec(textOf(error))?.[1]);
  const needed = tooOld.find((version) => version !== undefined);
  if (needed !== undefined) return [`This binary needs ${needed}. ${building(folder)}`];
  if (folder === undefined) {
    return [
      'This copy of the package is inside a bundle: keep the package out of it, as an external one, or let the bundler copy files that end in .node.',
    ];
  }
  return [...installing(folder, target), building(folder)];
}

function installing(folder: string, target: string): string[] {
  const wanted = `${PACKAGE}-${target}`;
  const { optionalDependencies = {} } = manifestOf(folder);
  const installed = Object.keys(optionalDependencies).filter((name) => isInstalled(folder, name));
  if (installed.includes(wanted)) return ['Install it again: the file may be damaged.'];
  if (installed.length > 0) {
    return [
      `Installed is ${installed.join(', ')}: node_modules comes from another system. Install it again here.`,
    ];
  }
  if (!(wanted in optionalDependencies)) return [];
  return [
    'Install with optional dependencies: `npm install --include=optional`.',
    `If ${wanted} is missing even then, the lock file was made on another system, and npm lost the entry (npm/cli#4828): remove node_modules and the lock file, and install again.`,
  ];
}

function building(folder: string | undefined): string {
  const where = folder === undefined ? 'the folder of the package' : folder;
  return `Build it here: \`npm run build\` in ${where} (CMake >= 3.18 and a C++20 compiler).`;
}

const codeOf = (error: unknown): string | undefined => (error as { code?: string } | null)?.code;

/** `undefined` if this code was bundled into another file. */
function packageFolder(): string | undefined {
  if (typeof __dirname !== 'string') return undefined;
  const folder = dirname(dirname(__dirname));
  return manifestOf(folder).name === PACKAGE ? folder : undefined;
}

function manifestOf(folder: string): {
  name?: string;
  optionalDependencies?: Record<string, string>;
} {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch {
    return {};
  }
}

/** Whether `require` finds it, in the node_modules of a folder above. */
function isInstalled(folder: string, name: string): boolean {
  const above = dirname(folder);
  return (
    existsSync(join(folder, 'node_modules', name)) || (above !== folder && isInstalled(above, name))
  );
}
