import type { ExecCommand, ExecutionRequest, ShellCommand } from 'escher-execution-engine';
import { childScript } from './repository';

/** Everything of a request but the command. What is given keeps its type: `stdin: 'pipe'` makes a handle with a stdin. */
type Extra = Omit<ExecutionRequest, 'command'>;
type None = Record<never, never>;

/** A request for `/bin/sh -c command`: quicker to start than the default shell. */
export const sh = <E extends Extra = None>(
  command: string,
  extra?: E,
): { command: ShellCommand } & E => ({
  command: { type: 'shell', command, shell: '/bin/sh' },
  ...(extra as E),
});

export const exec = <E extends Extra = None>(
  program: string,
  args: string[] = [],
  extra?: E,
): { command: ExecCommand } & E => ({
  command: { type: 'exec', program, args },
  ...(extra as E),
});

/** A script in Node.js: a command that runs on every system. */
export const node = (script: string): { command: ExecCommand } =>
  exec(process.execPath, ['-e', script]);

/**
 * A child that writes the given chunks to its standard output, each one only when the engine has read the one before:
 * what a test splits arrives split.
 */
export const chunks = (pieces: readonly (string | Uint8Array)[]): { command: ExecCommand } =>
  exec('python3', [
    childScript('chunks.py'),
    ...pieces.map((piece) => Buffer.from(piece).toString('hex')),
  ]);

/** Sleeps far longer than any test waits, and still ends by itself if it is ever left behind. */
export const LONG = 'sleep 60';
