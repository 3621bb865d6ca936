#!/usr/bin/env node
/** The program `escher-execution-engine`: picks the subcommand, which is loaded only then. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandIo, Subcommand } from '../command';
import { nearest } from '../options/names';
import { ENGINE_FAILED, USAGE } from './exit-codes';
import { PROGRAM } from './program';

const subcommands: Record<string, { about: string; load(): Promise<Subcommand> }> = {
  run: { about: 'run one command, live', load: async () => (await import('./run')).run },
  doctor: {
    about: 'what this machine offers',
    load: async () => (await import('./doctor')).doctor,
  },
  bridge: {
    about: 'an engine over standard input and output, in lines of JSON',
    load: async () => (await import('../bridge/index')).bridgeCommand,
  },
  console: {
    about: 'a page on this machine to start, watch and end commands',
    load: async () => (await import('../console/index')).consoleCommand,
  },
};

const usage = [
  `Usage: ${PROGRAM} <command> [options]`,
  '',
  'Commands:',
  ...Object.entries(subcommands).map(([name, { about }]) => `  ${name.padEnd(9)} ${about}`),
  '',
  'Options:',
  '  --help     this text; behind a command: its options',
  '  --version  the version of the package',
  '',
].join('\n');

function version(): string {
  const manifest = readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function wrongUse(name: string | undefined, io: CommandIo): number {
  if (name !== undefined) {
    const known = [...Object.keys(subcommands), '--help', '--version'];
    const meant = nearest(name, known);
    const kind = name.startsWith('-') ? 'option' : 'command';
    const hint = meant === undefined ? '' : ` Did you mean '${meant}'?`;
    io.stderr.write(`${PROGRAM}: unknown ${kind} '${name}'.${hint}\n\n`);
  }
  io.stderr.write(usage);
  return USAGE;
}

async function main([name, ...args]: string[], io: CommandIo): Promise<number> {
  if (name === '--help' || name === '-h' || name === 'help') {
    io.stdout.write(usage);
    return 0;
  }
  if (name === '--version' || name === '-V') {
    io.stdout.write(`${version()}\n`);
    return 0;
  }
  const isKnown = name !== undefined && Object.hasOwn(subcommands, name);
  const subcommand = isKnown ? subcommands[name] : undefined;
  if (subcommand === undefined) return wrongUse(name, io);
  return (await subcommand.load())(args, io);
}

/** Nobody reads any more: no reason for a stack trace. A subcommand that must know listens itself. */
const ignore = (): void => undefined;
process.stdout.on('error', ignore);
process.stderr.on('error', ignore);

main(process.argv.slice(2), process).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const what = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${PROGRAM}: ${what}\n`);
    process.exitCode = ENGINE_FAILED;
  },
);
