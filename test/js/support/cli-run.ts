import { type ProgramEnd, type ProgramOptions, program } from './program';

/** Runs `escher-execution-engine run` with these arguments to its end. */
export const run = (args: readonly string[], options?: ProgramOptions): Promise<ProgramEnd> =>
  program(['run', ...args], options);

/** Runs a script of `/bin/sh`; `options` are options of `run`. */
export const runShell = (script: string, ...options: string[]): Promise<ProgramEnd> =>
  run([...options, '--', '/bin/sh', '-c', script]);

/** A stack trace, which no message of the program contains. */
export const STACK_TRACE = /^\s+at |\.js:\d+/m;
