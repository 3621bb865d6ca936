/** The interpreter of `.ts` scripts: the `node` in PATH can be older than this process, and not run TypeScript. */

import type * as fs from 'node:fs';
import type * as path from 'node:path';
import { COMMANDS } from '../fields/request';
import { REQUEST_AT as AT } from '../generated/given';

const SCRIPT = Object.keys(COMMANDS).indexOf('script');
/** Their places among the values of a command. */
const PATH = 1;
const INTERPRETER = 2;

/**
 * Names this very Node.js as the interpreter of a `.ts` script that would run by the `node` of PATH, unless both are the
 * same file. `values`: those of a checked request.
 */
export function setTypescriptInterpreter(values: readonly unknown[]): void {
  const command = values[AT.command] as unknown[];
  const script = command[PATH] as string;
  if (command[0] !== SCRIPT || !script.endsWith('.ts') || command[INTERPRETER] !== undefined)
    return;
  if (!(process.features as { typescript?: unknown }).typescript) return;
  // The program of an Electron app is not a Node.js.
  if (process.versions.electron !== undefined) return;
  const { resolve } = require('node:path') as typeof path;
  const file = resolve((values[AT.workingDir] ?? '') as string, script);
  if (isExecutable(file) && hasShebang(file)) return;
  const first = firstNode(pathVariable(values));
  if (first === undefined || !isSameFile(first, process.execPath)) {
    command[INTERPRETER] = process.execPath;
  }
}

/** The PATH of the command. */
function pathVariable(values: readonly unknown[]): string {
  const env = (values[AT.env] ?? []) as readonly (string | null)[];
  const at = env.findIndex((name, index) => index % 2 === 0 && name === 'PATH');
  if (at >= 0) return env[at + 1] ?? '';
  return values[AT.extendEnv] === false ? '' : (process.env.PATH ?? '');
}

function firstNode(directories: string): string | undefined {
  const { delimiter, join } = require('node:path') as typeof path;
  const files = directories.split(delimiter).map((directory) => join(directory, 'node'));
  return files.find(isExecutable);
}

function isExecutable(file: string): boolean {
  const { accessSync, constants, statSync } = require('node:fs') as typeof fs;
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function hasShebang(file: string): boolean {
  const { closeSync, openSync, readSync } = require('node:fs') as typeof fs;
  const start = Buffer.alloc(2);
  try {
    const descriptor = openSync(file, 'r');
    try {
      readSync(descriptor, start, 0, start.length, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
  return start.toString('latin1') === '#!';
}

function isSameFile(first: string, second: string): boolean {
  const { statSync } = require('node:fs') as typeof fs;
  try {
    const [a, b] = [statSync(first), statSync(second)];
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}
