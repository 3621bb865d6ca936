/** `/proc/<pid>/stat` of Linux. */

import { readFileSync } from 'node:fs';

/**
 * The fields from the third on (proc(5) counts from 1): the second is the name of the process in parentheses, which may
 * contain spaces and parentheses itself. Empty when the process has gone.
 */
export function readProcessStat(pid: number | 'self'): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
