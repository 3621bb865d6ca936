/** The arguments of `escher-execution-engine console`. */

import { statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { ConsoleOptions } from './server';

export interface CommandOptions extends ConsoleOptions {
  concurrency: number;
  logDir: string | undefined;
  open: boolean;
}

export const USAGE = `Usage: escher-execution-engine console [options]

Serves a page, for a browser on this machine, that starts commands, shows them live, and ends them.

Options:
  --port <n>         the port; default: a free one
  --host <address>   127.0.0.1 (default) or ::1; no other
  --cwd <dir>        where commands start; default: the current directory
  --concurrency <n>  how many run at a time, the others wait; default: 100
  --log-dir <dir>    a file with the whole output of each command; default: none
  --open             opens the page in the browser
  -h, --help         this text

Whoever has the printed link can run commands as you. Ctrl-C ends the console and all that runs in it.
`;

/** What is wrong with the arguments. */
export class UsageError extends Error {}

const OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  cwd: { type: 'string' },
  concurrency: { type: 'string' },
  'log-dir': { type: 'string' },
  open: { type: 'boolean' },
  'no-open': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `'help'` if that was asked for. Throws a {@link UsageError}. */
export function parseOptions(args: string[]): CommandOptions | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  return {
    port: integer('--port', values.port ?? '0', 0, 65_535),
    host: loopback(values.host ?? '127.0.0.1'),
    cwd: directory('--cwd', values.cwd ?? '.'),
    concurrency: integer('--concurrency', values.concurrency ?? '100', 1, 10_000),
    logDir: values['log-dir'],
    open: (values.open ?? false) && !values['no-open'],
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function integer(name: string, text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${name} must be a whole number from ${least} to ${most}, got '${text}'`);
}

function loopback(text: string): '127.0.0.1' | '::1' {
  if (text === 'localhost') return '127.0.0.1';
  if (text === '127.0.0.1' || text === '::1') return text;
  throw new UsageError(
    `--host must be 127.0.0.1 or ::1, got '${text}': the console runs commands, so it is for this machine only`,
  );
}

function directory(name: string, text: string): string {
  const dir = path.resolve(text);
  if (statSync(dir, { throwIfNoEntry: false })?.isDirectory()) return dir;
  throw new UsageError(`${name} must be a directory, got '${text}'`);
}
