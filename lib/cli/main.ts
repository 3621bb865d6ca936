#!/usr/bin/env node
/** The program `escher-execution-engine`: selects a subcommand and loads only that one. */

import type { CommandIo, Subcommand } from '../../types/subcommand';
import { nearest } from '../core/index';
import { ExitCode } from './exit-codes';
import { PROGRAM, readManifest } from './program';

interface Entry {
  description: string;
  load(): Promise<Subcommand>;
}

const subcommands: Readonly<Record<string, Entry>> = {
  run: {
    description: 'run one command with live output',
    load: async () => (await import('./run/run')).run,
  },
  plan: {
    description: 'run the commands of a JSON file, in order, in parallel or by their dependencies',
    load: async () => (await import('./plan/plan')).planCommand,
  },
  play: {
    description: 'play a recording of run --record',
    load: async () => (await import('./play/play')).playCommand,
  },
  doctor: {
    description: 'check what this machine supports',
    load: async () => (await import('./doctor/doctor')).doctor,
  },
  bridge: {
    description: 'serve an engine over standard input and output, as JSON lines',
    // A public name of `escher-execution-engine/bridge`, so it is not in this folder.
    load: async () => {
      const [{ bridgeCommand }, { executePlan }] = await Promise.all([
        import('../bridge/index'),
        import('../plan/index'),
      ]);
      return (args, io) => bridgeCommand(args, io, executePlan);
    },
  },
  console: {
    description: 'serve a web page that starts, watches and ends commands',
    load: async () => (await import('./console/console')).consoleCommand,
  },
};

const usage = [
  `Usage: ${PROGRAM} <command> [options]`,
  '',
  'Commands:',
  ...Object.entries(subcommands).map(
    ([name, { description }]) => `  ${name.padEnd(9)} ${description}`,
  ),
  '',
  'Options:',
  '  --help     show this help; after a command: its options',
  '  --version  show the version of the package',
  '',
].join('\n');

function rejectName(name: string | undefined, io: CommandIo): number {
  if (name !== undefined) {
    const similar = nearest(name, [...Object.keys(subcommands), '--help', '--version']);
    const kind = name.startsWith('-') ? 'option' : 'command';
    const hint = similar === undefined ? '' : ` Did you mean '${similar}'?`;
    io.stderr.write(`${PROGRAM}: unknown ${kind} '${name}'.${hint}\n\n`);
  }
  io.stderr.write(usage);
  return ExitCode.usage;
}

async function main([name, ...args]: string[], io: CommandIo): Promise<number> {
  if (name === '--help' || name === '-h' || name === 'help') {
    io.stdout.write(usage);
    return 0;
  }
  if (name === '--version' || name === '-V') {
    io.stdout.write(`${readManifest().version}\n`);
    return 0;
  }
  const isKnown = name !== undefined && Object.hasOwn(subcommands, name);
  const entry = isKnown ? subcommands[name] : undefined;
  if (entry === undefined) return rejectName(name, io);
  return (await entry.load())(args, io);
}

// A reader that closed the pipe is no error of the program. A subcommand that depends on it adds its own listener.
const ignore = (): void => undefined;
process.stdout.on('error', ignore);
process.stderr.on('error', ignore);

main(process.argv.slice(2), process).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${PROGRAM}: ${message}\n`);
    process.exitCode = ExitCode.engineFailed;
  },
);
