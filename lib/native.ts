/** Finds and loads the compiled addon, once, when the first engine is made. */

import { join } from 'node:path';
import type { NativeBinding } from '../types/native';

/** Names another file to load, for tests and for packaging. */
const OVERRIDE = 'ESCHER_EXECUTION_ENGINE_BINARY';
const FILE = 'escher_execution_engine.node';

let binding: NativeBinding | undefined;

export function loadNative(): NativeBinding {
  binding ??= load();
  return binding;
}

function load(): NativeBinding {
  const override = process.env[OVERRIDE];
  const file = override || join(__dirname, '..', 'build', 'Release', FILE);
  try {
    return require(file) as NativeBinding;
  } catch (cause) {
    throw loadError(file, Boolean(override), cause);
  }
}

function loadError(file: string, overridden: boolean, cause: unknown): Error {
  const why = cause instanceof Error ? (cause.message.split('\n')[0] as string) : String(cause);
  const cure = overridden
    ? `${OVERRIDE} names this file: correct it, or unset it.`
    : 'Build it: `npm run build` in the folder of the package (CMake, a C++20 compiler).';
  const platform = `${process.platform}-${process.arch}, Node ${process.version}`;
  const message = [
    `Cannot load the native part of escher-execution-engine for ${platform}.`,
    `  tried: ${file}`,
    `  error: ${why}`,
    `  cure:  ${cure}`,
  ].join('\n');
  return Object.assign(new Error(message, { cause }), { code: 'ERR_DLOPEN_FAILED' });
}
