/** The options of `console`. */

import { statSync } from 'node:fs';
import path from 'node:path';
import type { ConsoleOptions } from '../../console/index';
import type { ParsedArguments } from '../arguments';
import { outputDirectory } from '../output-paths';
import { type SubcommandSpec, switchOption, valueOption } from '../subcommand-spec';
import { UsageError } from '../usage-error';

export interface ConsoleCommandOptions extends ConsoleOptions {
  concurrency: number;
  logDir: string | undefined;
  open: boolean;
}

export const CONSOLE: SubcommandSpec = {
  name: 'console',
  operands: '',
  description:
    'Serves a web page, for a browser on this machine, that starts commands, shows their output and\n' +
    'ends them.',
  options: {
    port: valueOption('N', 'port (default: a free one)'),
    host: valueOption('ADDRESS', '127.0.0.1 (default) or ::1'),
    cwd: valueOption('DIR', 'working directory of commands (default: the current directory)'),
    concurrency: valueOption('N', 'commands that run at a time, the others wait (default: 100)'),
    'log-dir': valueOption('DIR', 'write the whole output of each command to a file there'),
    'progress-patterns': switchOption('accept patterns for progress from the page'),
    open: switchOption('open the page in the browser of the desktop'),
    'no-open': switchOption('do not open it (default)'),
  },
  notes: [
    'Everyone who has the printed link can run commands as you. Ctrl-C ends the console and all of',
    'its commands.',
  ],
  examples: ['', '--open', '--port 8080 --cwd build --log-dir logs'],
};

export function consoleOptions({ values, switches }: ParsedArguments): ConsoleCommandOptions {
  const one = (name: string): string | undefined => values.get(name)?.[0];
  return {
    port: integer('--port', one('port') ?? '0', [0, 65_535], 8080),
    host: loopback(one('host') ?? '127.0.0.1'),
    cwd: directory('--cwd', one('cwd') ?? '.'),
    concurrency: integer('--concurrency', one('concurrency') ?? '100', [1, 10_000], 4),
    logDir: logDir(one('log-dir')),
    allowProgressPatterns: switches.has('progress-patterns'),
    open: switches.has('open') && !switches.has('no-open'),
  };
}

function integer(
  option: string,
  text: string,
  [least, most]: readonly [number, number],
  example: number,
): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  const allowed = `an integer from ${least} to ${most}`;
  const message = `${option} must be an integer in range, received '${text}'.`;
  throw new UsageError(message, allowed, `${option} ${example}`);
}

function loopback(text: string): '127.0.0.1' | '::1' {
  if (text === 'localhost') return '127.0.0.1';
  if (text === '127.0.0.1' || text === '::1') return text;
  const message = `--host must be a loopback address, received '${text}': the console runs commands for this machine only.`;
  throw new UsageError(message, '127.0.0.1, ::1', '--host ::1');
}

function logDir(text: string | undefined): string | undefined {
  return text === undefined ? undefined : outputDirectory('--log-dir', text, '--log-dir logs');
}

function directory(option: string, text: string): string {
  const dir = path.resolve(text);
  if (statSync(dir, { throwIfNoEntry: false })?.isDirectory()) return dir;
  const message = `${option} must be a directory, received '${text}'.`;
  throw new UsageError(message, 'an existing directory', `${option} build`);
}
