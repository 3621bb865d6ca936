/** What the process tree of each execution uses, from `/proc`. On systems without it nothing is known. */

import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';

export interface TreeUsage {
  cpuMs: number;
  memoryBytes: number;
}

interface ProcessLine {
  pid: number;
  parent: number;
  session: number;
  cpuTicks: number;
  pages: number;
}

/** `/proc` counts CPU in hundredths of a second, whatever the clock of the kernel (USER_HZ). */
const MS_PER_TICK = 10;

/** How many files are read at a time, so that the other work of Node's threads goes on. */
const AT_A_TIME = 16;

export const isSupported = (): boolean => process.platform === 'linux' && pageBytes() > 0;

let pageBytesRead: number | undefined;

function pageBytes(): number {
  pageBytesRead ??= readPageBytes();
  return pageBytesRead;
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
 * Sums up each tree by the pid of its root, which leads a session. Whoever left the session is found by its parents, as
 * long as these live.
 */
export async function usageOf(roots: readonly number[]): Promise<Map<number, TreeUsage>> {
  const usage = new Map(roots.map((pid) => [pid, { cpuMs: 0, memoryBytes: 0 }]));
  const processes = await allProcesses();
  for (const line of processes.values()) {
    const root = rootOf(line, processes, usage);
    const tree = root === undefined ? undefined : usage.get(root);
    if (tree === undefined) continue;
    tree.cpuMs += line.cpuTicks * MS_PER_TICK;
    tree.memoryBytes += line.pages * pageBytes();
  }
  return usage;
}

function rootOf(
  start: ProcessLine,
  processes: ReadonlyMap<number, ProcessLine>,
  roots: ReadonlyMap<number, unknown>,
): number | undefined {
  let line: ProcessLine | undefined = start;
  // The table was read bit by bit, and numbers may have been used again: no more steps than processes.
  for (let steps = 0; line !== undefined && steps < processes.size; steps++) {
    if (roots.has(line.session)) return line.session;
    if (roots.has(line.pid)) return line.pid;
    line = processes.get(line.parent);
  }
  return undefined;
}

async function allProcesses(): Promise<Map<number, ProcessLine>> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = new Map<number, ProcessLine>();
  for (let at = 0; at < pids.length; at += AT_A_TIME) {
    const lines = await Promise.all(pids.slice(at, at + AT_A_TIME).map(readProcess));
    for (const line of lines) if (line !== undefined) found.set(line.pid, line);
  }
  return found;
}

async function readProcess(pid: string): Promise<ProcessLine | undefined> {
  try {
    return parse(Number(pid), await readFile(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

function parse(pid: number, text: string): ProcessLine {
  // The name stands in parentheses and may hold anything. Field 3 of proc(5) is the first behind it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3] ?? 0);
  return {
    pid,
    parent: field(4),
    session: field(6),
    // Its own, and that of the children that it has waited for.
    cpuTicks: field(14) + field(15) + field(16) + field(17),
    pages: field(24),
  };
}
