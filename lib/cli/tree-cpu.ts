/** The CPU time of a process and of those below it, from /proc: cheap, and good enough to look at. */

import { readFileSync } from 'node:fs';

/** What the kernel counts in, on every platform of Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
/** A tree with more processes is not counted: looking at it would take CPU itself. */
const MOST_PROCESSES = 64;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** User and system time, with that of the children it has waited for. */
function ownTicks(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  // The name stands in parentheses and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + (Number(field) || 0), 0);
}

function childrenOf(pid: number): number[] {
  const listed = read(`/proc/${pid}/task/${pid}/children`).trim();
  return listed === '' ? [] : listed.split(' ').map(Number);
}

/** Milliseconds, or `undefined` where they cannot be told. */
export function treeCpuMs(pid: number): number | undefined {
  let ticks = 0;
  const tree = [pid];
  for (let at = 0; at < tree.length; at++) {
    if (tree.length > MOST_PROCESSES) return undefined;
    const each = tree[at] as number;
    ticks += ownTicks(each);
    tree.push(...childrenOf(each));
  }
  return (ticks * 1000) / TICKS_PER_SECOND;
}

/** How much of a core a tree takes. */
export class CpuMeter {
  #last: { at: number; ms: number } | undefined;
  #percent: number | undefined;

  /** Percent of one core since the last look; looks once a second at most. */
  percent(pid: number | undefined, now: number): number | undefined {
    if (pid === undefined || process.platform !== 'linux') return undefined;
    if (this.#last !== undefined && now - this.#last.at < 1000) return this.#percent;
    const ms = treeCpuMs(pid);
    const before = this.#last;
    this.#last = ms === undefined ? undefined : { at: now, ms };
    const known = ms !== undefined && before !== undefined && ms >= before.ms;
    this.#percent = known ? ((ms - before.ms) / (now - before.at)) * 100 : undefined;
    return this.#percent;
  }
}
