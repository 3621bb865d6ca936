/** The TypeScript compiler, for what a program of a user gets to read. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './repository';

const made: string[] = [];

/** The messages of `tsc` for a strict program, without its file name; and the files that it read. */
export interface Compilation {
  messages: string[];
  files: string[];
}

/** Compiles a program inside the package, which it imports by its name. */
export function compile(source: string, options: Record<string, unknown> = {}): Compilation {
  mkdirSync(join(root, 'build'), { recursive: true });
  const dir = mkdtempSync(join(root, 'build', 'types-'));
  made.push(dir);
  writeFileSync(join(dir, 'program.mts'), source);
  const compilerOptions = {
    strict: true,
    target: 'es2022',
    module: 'nodenext',
    types: ['node'],
    noEmit: true,
    listFiles: true,
    ...options,
  };
  writeFileSync(
    join(dir, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['program.mts'] }),
  );
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', dir, '--pretty', 'false'], {
    encoding: 'utf8',
  });
  const lines = stdout.split('\n').filter((line) => line !== '');
  // Further lines of a message are indented.
  return {
    messages: lines.filter((line) => / error TS\d+: /.test(line)).map(withoutFile),
    files: lines.filter((line) => line.startsWith('/')),
  };
}

const withoutFile = (line: string): string => line.replace(/^.*?\((\d+),\d+\): error /, '$1: ');

afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
});
