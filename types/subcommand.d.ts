/** The subcommands of the program `escher-execution-engine`. */

import type { Readable, Writable } from 'node:stream';

/** The streams and the environment of the program. */
export interface CommandIo {
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable & { isTTY?: boolean; columns?: number };
  stderr: Writable & { isTTY?: boolean; columns?: number };
  env: NodeJS.ProcessEnv;
}

/** A subcommand. It is called with the arguments after its name, and resolves to the exit code of the program. */
export type Subcommand = (args: string[], io: CommandIo) => Promise<number>;
