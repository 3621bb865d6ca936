/** CPU time of a process tree, from `/proc`: an estimate for the status line. */

import { readFileSync } from 'node:fs';
import { readProcessStat } from './process-stat';

/** USER_HZ: the unit of `/proc` on every Linux that Node.js supports. */
const TICKS_PER_SECOND = 100;
/** A larger tree is not measured, because that would take CPU time itself. */
const MAX_PROCESSES = 64;
const MIN_INTERVAL_MS = 1000;

/** User and system time of a process and of the children that it has reaped. */
function ticksOf(pid: number): number {
  return readProcessStat(pid)
    .slice(11, 15)
    .reduce((sum, field) => sum + (Number(field) || 0), 0);
}

function childrenOf(pid: number): number[] {
  try {
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return list === '' ? [] : list.split(' ').map(Number);
  } catch {
    return [];
  }
}

/** In milliseconds; `undefined` for a tree that is too large. */
function treeCpuMs(root: number): number | undefined {
  let ticks = 0;
  const tree = [root];
  for (let at = 0; at < tree.length; at++) {
    if (tree.length > MAX_PROCESSES) return undefined;
    const pid = tree[at] as number;
    ticks += ticksOf(pid);
    tree.push(...childrenOf(pid));
  }
  return (ticks * 1000) / TICKS_PER_SECOND;
}

export class CpuMeter {
  #last: { at: number; ms: number } | undefined;
  #percent: number | undefined;

  /** Percent of one core since the last measurement, at most one per second. `undefined`: unknown. */
  percent(pid: number | undefined, now: number): number | undefined {
    if (pid === undefined || process.platform !== 'linux') return undefined;
    const before = this.#last;
    if (before !== undefined && now - before.at < MIN_INTERVAL_MS) return this.#percent;
    const ms = treeCpuMs(pid);
    this.#last = ms === undefined ? undefined : { at: now, ms };
    const isKnown = ms !== undefined && before !== undefined && ms >= before.ms;
    this.#percent = isKnown ? ((ms - before.ms) / (now - before.at)) * 100 : undefined;
    return this.#percent;
  }
}
