/** Finds and loads the compiled addon, once, when the first engine is made. */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NativeBinding } from '../../../types/native';
import { drawIdsFrom } from '../util/random-id';
import { libcHere } from './libc';
import { type Attempt, loadError } from './load-error';

/** Replaced by tools/build-ts.mjs. */
declare const PACKAGE_VERSION: string;
/** The URL of the script that has this code, in the build of ES modules. A bundler may leave it undefined. */
declare const MODULE_URL: string | undefined;

/** Names another file to load, for tests, and for a binary that was built elsewhere. */
const OVERRIDE = 'ESCHER_EXECUTION_ENGINE_BINARY';
const FILE = 'escher_execution_engine.node';

let binding: NativeBinding | undefined;

export function loadNative(): NativeBinding {
  if (binding === undefined) {
    binding = load();
    drawIdsFrom(binding.randomIds);
  }
  return binding;
}

/** The version of Boost that the addon in that file was compiled with. */
export function boostVersionIn(file: string): string {
  const holder = { exports: {} };
  process.dlopen(holder, file);
  return (holder.exports as NativeBinding).boostVersion;
}

/** For a bundle of ES modules: a file of an installed package, found from where the bundle is. */
export const installedFile = (specifier: string): string =>
  createRequire(MODULE_URL as string).resolve(specifier);

function load(): NativeBinding {
  const attempts: Attempt[] = [];
  const override = process.env[OVERRIDE];
  const found = override
    ? fromFile(attempts, resolve(override))
    : (fromBuild(attempts) ?? fromPackage(attempts) ?? besideModule(attempts));
  if (found === undefined) {
    throw loadError({ attempts, target: target(), override: override ? OVERRIDE : undefined });
  }
  return found;
}

/** A binary that was built in this folder: a checkout, or an installed package that was built from its sources. */
function fromBuild(attempts: Attempt[]): NativeBinding | undefined {
  // A bundle of ES modules has no `__dirname`.
  if (typeof __dirname !== 'string') return undefined;
  return fromFile(attempts, join(__dirname, '..', '..', 'build', 'Release', FILE));
}

/** Without `require`, since a bundler must not search for a file that is named by an expression. */
function fromFile(attempts: Attempt[], place: string): NativeBinding | undefined {
  const holder = { exports: {} };
  try {
    if (!existsSync(place)) throw new Error('there is no such file');
    process.dlopen(holder, place);
    return checked(holder.exports);
  } catch (error) {
    attempts.push({ place, error });
    return undefined;
  }
}

/**
 * Literal names, so that bundlers find the binary, and inside `try`, so that they accept packages that are not
 * installed. One line for each platform that the engine supports.
 */
function fromPackage(attempts: Attempt[]): NativeBinding | undefined {
  const place = `escher-execution-engine-${target()}`;
  try {
    switch (place) {
      case 'escher-execution-engine-linux-x64-glibc':
        return checked(require('escher-execution-engine-linux-x64-glibc'));
      case 'escher-execution-engine-linux-x64-musl':
        return checked(require('escher-execution-engine-linux-x64-musl'));
      case 'escher-execution-engine-linux-arm64-glibc':
        return checked(require('escher-execution-engine-linux-arm64-glibc'));
      case 'escher-execution-engine-linux-arm64-musl':
        return checked(require('escher-execution-engine-linux-arm64-musl'));
      case 'escher-execution-engine-darwin-x64':
        return checked(require('escher-execution-engine-darwin-x64'));
      case 'escher-execution-engine-darwin-arm64':
        return checked(require('escher-execution-engine-darwin-arm64'));
      case 'escher-execution-engine-win32-x64':
        return checked(require('escher-execution-engine-win32-x64'));
    }
    throw new Error('there is no such package');
  } catch (error) {
    attempts.push({ place, error });
    return undefined;
  }
}

/** For a bundle of ES modules, in which no `require` finds the package: at run time, from where the bundle is. */
function besideModule(attempts: Attempt[]): NativeBinding | undefined {
  if (typeof MODULE_URL !== 'string') return undefined;
  const place = `escher-execution-engine-${target()}`;
  try {
    return checked(createRequire(MODULE_URL)(place));
  } catch (error) {
    attempts.push({ place: `${place}, from ${MODULE_URL}`, error });
    return undefined;
  }
}

/** What a bundler makes of a binary: itself, or the path of a copy, relative to the bundle. */
function opened(found: unknown): unknown {
  if (typeof found !== 'string') return found;
  const holder = { exports: {} };
  process.dlopen(holder, resolve(bundleFolder(), found));
  return holder.exports;
}

function bundleFolder(): string {
  if (typeof __dirname === 'string') return __dirname;
  return typeof MODULE_URL === 'string' ? dirname(fileURLToPath(MODULE_URL)) : '';
}

function checked(given: unknown): NativeBinding {
  const found = opened(given);
  const { Engine, version } = found as Partial<NativeBinding>;
  if (typeof Engine !== 'function')
    throw new Error('this is not the addon of escher-execution-engine');
  if (version !== PACKAGE_VERSION) {
    throw new Error(`it is of version ${version}, and the package of version ${PACKAGE_VERSION}`);
  }
  return found as NativeBinding;
}

/** `linux-x64-glibc`, `darwin-arm64` */
const target = () => [process.platform, process.arch, libcHere()].filter(Boolean).join('-');
