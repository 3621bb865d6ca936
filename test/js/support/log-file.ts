/** Reads log files of executions. */

import { readFileSync } from 'node:fs';

const isFact = (line: string): boolean => line.startsWith('# ');

export function linesOfLog(path: string): string[] {
  const content = readFileSync(path, 'utf8');
  expect(content.endsWith('\n')).toBe(true);
  return content.slice(0, -1).split('\n');
}

/** The lines of header and footer. */
export const factsOfLog = (path: string): string[] => linesOfLog(path).filter(isFact);

/** The lines of output, with time and stream. */
export const outputOfLog = (path: string): string[] =>
  linesOfLog(path).filter((line) => !isFact(line));
