#!/usr/bin/env node
/** The program `escher-execution-engine`: picks the subcommand, which is loaded only then. */

import type { CommandIo, Subcommand } from '../command';

const subcommands: Record<string, { about: string; load(): Promise<Subcommand> }> = {
  console: {
    about: 'serves a page on this machine to start, watch and end commands',
    load: async () => (await import('../console/index')).consoleCommand,
  },
  bridge: {
    about: 'serves an engine over standard input and output, in lines of JSON',
    load: async () => (await import('../bridge/index')).bridgeCommand,
  },
};

const usage = [
  'Usage: escher-execution-engine <command> [options]',
  '',
  'Commands:',
  ...Object.entries(subcommands).map(([name, { about }]) => `  ${name.padEnd(9)} ${about}`),
  '',
  '`escher-execution-engine <command> --help` tells its options.',
  '',
].join('\n');

async function main([name, ...args]: string[], io: CommandIo): Promise<number> {
  if (name === '--help' || name === '-h') {
    io.stdout.write(usage);
    return 0;
  }
  const subcommand = name === undefined ? undefined : subcommands[name];
  if (subcommand === undefined) {
    if (name !== undefined) io.stderr.write(`Unknown command '${name}'.\n\n`);
    io.stderr.write(usage);
    return 2;
  }
  return (await subcommand.load())(args, io);
}

void main(process.argv.slice(2), process).then((code) => {
  process.exitCode = code;
});
