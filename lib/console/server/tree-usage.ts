/** CPU time and memory of process trees, from `/proc`. Not supported on other systems. */

import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';

export interface TreeUsage {
  cpuMs: number;
  memoryBytes: number;
}

interface ProcessStat {
  pid: number;
  parent: number;
  session: number;
  cpuTicks: number;
  pages: number;
}

/** USER_HZ: `/proc` counts CPU time in units of 10 ms on every Linux that Node.js supports. */
const MS_PER_TICK = 10;

/** Files that are read at a time, so that other work in the thread pool of Node.js continues. */
const CONCURRENT_READS = 16;

export const isSupported = (): boolean => process.platform === 'linux' && pageBytes() > 0;

let cachedPageBytes: number | undefined;

function pageBytes(): number {
  cachedPageBytes ??= readPageBytes();
  return cachedPageBytes;
}

function readPageBytes(): number {
  try {
    readdirSync('/proc/self/task');
    const text = readFileSync('/proc/self/smaps', 'latin1');
    return Number(/^KernelPageSize:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/**
 * The sums for each tree, by the pid of its root, which leads a session. A process that left the session is found by
 * its parents while these exist.
 */
export async function treeUsage(roots: readonly number[]): Promise<Map<number, TreeUsage>> {
  const usage = new Map(roots.map((pid) => [pid, { cpuMs: 0, memoryBytes: 0 }]));
  const processes = await readProcesses();
  for (const stat of processes.values()) {
    const root = findRoot(stat, processes, usage);
    const tree = root === undefined ? undefined : usage.get(root);
    if (tree === undefined) continue;
    tree.cpuMs += stat.cpuTicks * MS_PER_TICK;
    tree.memoryBytes += stat.pages * pageBytes();
  }
  return usage;
}

function findRoot(
  start: ProcessStat,
  processes: ReadonlyMap<number, ProcessStat>,
  roots: ReadonlyMap<number, unknown>,
): number | undefined {
  let stat: ProcessStat | undefined = start;
  // Processes were read one after the other and pids may be reused, so parents can form a circle.
  for (let steps = 0; stat !== undefined && steps < processes.size; steps++) {
    if (roots.has(stat.session)) return stat.session;
    if (roots.has(stat.pid)) return stat.pid;
    stat = processes.get(stat.parent);
  }
  return undefined;
}

async function readProcesses(): Promise<Map<number, ProcessStat>> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const processes = new Map<number, ProcessStat>();
  for (let at = 0; at < pids.length; at += CONCURRENT_READS) {
    const stats = await Promise.all(pids.slice(at, at + CONCURRENT_READS).map(readStat));
    for (const stat of stats) if (stat !== undefined) processes.set(stat.pid, stat);
  }
  return processes;
}

async function readStat(pid: string): Promise<ProcessStat | undefined> {
  try {
    return parseStat(Number(pid), await readFile(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    // The process has ended.
    return undefined;
  }
}

function parseStat(pid: number, text: string): ProcessStat {
  // The name is in parentheses and may contain any character. Field 3 of proc(5) is the first after it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3] ?? 0);
  return {
    pid,
    parent: field(4),
    session: field(6),
    // Of the process and of the children that it has reaped.
    cpuTicks: field(14) + field(15) + field(16) + field(17),
    pages: field(24),
  };
}
