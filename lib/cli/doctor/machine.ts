/** What the checks read of the machine. Tests replace it. */

import { accessSync, constants, readFileSync } from 'node:fs';
import { release } from 'node:os';

export interface Machine {
  platform: NodeJS.Platform;
  arch: string;
  /** Of the kernel: `6.1.0-18-amd64`. */
  release: string;
  env: NodeJS.ProcessEnv;
  /** The text of a file; `undefined` if it cannot be read. */
  read(path: string): string | undefined;
  mayWrite(path: string): boolean;
  mayExecute(path: string): boolean;
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

export function thisMachine(env: NodeJS.ProcessEnv): Machine {
  return {
    platform: process.platform,
    arch: process.arch,
    release: release(),
    env,
    read(path) {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        return undefined;
      }
    },
    mayWrite: (path) => may(path, constants.W_OK),
    mayExecute: (path) => may(path, constants.X_OK),
  };
}

/** Compares versions of the kernel or of Node.js. */
export function isAtLeast(version: string, least: string): boolean {
  const numbers = (text: string): number[] => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number);
  const given = numbers(version);
  for (const [index, number] of numbers(least).entries()) {
    const own = given[index] ?? 0;
    if (own !== number) return own > number;
  }
  return true;
}
