/** Checks paths for output before a command starts: a wrong one would be reported only at its end. */

import { accessSync, constants, lstatSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from './usage-error';

/** A directory in which files can be created. It is created if it is missing, as the engine does. */
export function outputDirectory(option: string, text: string, example: string): string {
  try {
    makeWritable(path.resolve(text));
    return text;
  } catch (error) {
    throw unusable(option, text, error, 'a directory in which files can be created', example);
  }
}

/** A file that can be created or replaced. */
export function outputFile(option: string, text: string, example: string): string {
  const file = path.resolve(text);
  try {
    makeWritable(path.dirname(file));
    const existing = lstatSync(file, { throwIfNoEntry: false });
    if (text.endsWith('/') || existing?.isFile() === false) throw new Error('it is not a file');
    return text;
  } catch (error) {
    throw unusable(option, text, error, 'the path of a file that can be created', example);
  }
}

function makeWritable(directory: string): void {
  try {
    makeDirectory(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST' && code !== 'ENOTDIR') throw error;
    throw new Error(`'${directory}' is not a directory`);
  }
  accessSync(directory, constants.W_OK | constants.X_OK);
}

/** With the missing directories above it. The option `recursive` of Node.js 20 never returns for a path in `/proc`. */
function makeDirectory(directory: string): void {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = path.dirname(directory);
  if (parent !== directory) makeDirectory(parent);
  mkdirSync(directory, { mode: 0o700 });
}

function unusable(
  option: string,
  text: string,
  error: unknown,
  allowed: string,
  example: string,
): UsageError {
  const { message } = error as Error;
  return new UsageError(`${option}: cannot write to '${text}': ${message}.`, allowed, example);
}
