/** Forwards the stdin of the program to the command, at the pace of the command. */

import type { Writable } from 'node:stream';
import type { CommandIo } from '../../../types/subcommand';
import { readProcessStat } from './process-stat';

/** The system stops a background job that reads from its terminal. */
export function mayRead(stdin: CommandIo['stdin']): boolean {
  if (stdin.isTTY !== true || process.platform !== 'linux') return true;
  const fields = readProcessStat('self');
  const [group, foregroundGroup] = [fields[2], fields[5]];
  return group === foregroundGroup;
}

/** Returns a function that stops the forwarding and lets the program exit. */
export function forwardInput(stdin: CommandIo['stdin'], input: Writable): () => void {
  // A terminal that was closed, or a directory instead of a file: no more input.
  stdin.on('error', () => input.end());
  stdin.pipe(input);
  return () => {
    stdin.unpipe(input);
    stdin.destroy();
  };
}
