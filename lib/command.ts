/** What a subcommand of the program `escher-execution-engine` is: arguments and streams in, exit code out. */

import type { Readable, Writable } from 'node:stream';

/** The streams and the environment of a program. */
export interface CommandIo {
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable & { isTTY?: boolean; columns?: number };
  stderr: Writable & { isTTY?: boolean; columns?: number };
  env: NodeJS.ProcessEnv;
}

/** `args` are those behind the name of the subcommand. */
export type Subcommand = (args: string[], io: CommandIo) => Promise<number>;
