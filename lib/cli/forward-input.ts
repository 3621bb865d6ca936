/** The stdin of the program for the command: at the pace of the command, and closed at its end. */

import { readFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import type { CommandIo } from '../command';

/**
 * Whether stdin may be read. A job in the background of a terminal that reads from it is stopped by
 * the system.
 */
export function mayRead(stdin: CommandIo['stdin']): boolean {
  if (stdin.isTTY !== true || process.platform !== 'linux') return true;
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [group, foreground] = [fields[2], fields[5]];
  return group === foreground;
}

/** Returns the function that ends it, and lets the program end. */
export function forwardInput(stdin: CommandIo['stdin'], input: Writable): () => void {
  // A terminal that is gone, a directory in the place of a file: there is nothing more to read.
  stdin.on('error', () => input.end());
  stdin.pipe(input);
  return () => {
    stdin.unpipe(input);
    stdin.destroy();
  };
}
