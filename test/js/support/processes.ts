import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { waitFor } from './wait';

/** The environment variable by which tests find the processes that they caused. */
export const MARK = 'ESCHER_TEST_MARK';

export interface ProcessStat {
  pid: number;
  /** `R`, `S`, `D`, `T` (stopped), `Z` (zombie), … */
  state: string;
  ppid: number;
  pgrp: number;
  session: number;
  /** 0 = no controlling terminal. */
  tty: number;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

export function processStat(pid: number): ProcessStat | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name stands in parentheses and may hold anything.
  const [state = '?', ...numbers] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [ppid = 0, pgrp = 0, session = 0, tty = 0] = numbers.slice(0, 4).map(Number);
  return { pid, state, ppid, pgrp, session, tty };
}

const isLive = (stat: ProcessStat | undefined): stat is ProcessStat =>
  stat !== undefined && stat.state !== 'Z' && stat.state !== 'X';

/** Zombies do not count. */
export const processExists = (pid: number): boolean => isLive(processStat(pid));

/** Windows has no /proc, and no zombies. */
function allStats(): ProcessStat[] {
  if (process.platform === 'win32') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => processStat(Number(name)))
    .filter((stat) => stat !== undefined);
}

/** The pids of the live members of a process group. */
export const processGroupMembers = (pgrp: number): number[] =>
  allStats()
    .filter((stat) => isLive(stat) && stat.pgrp === pgrp)
    .map((stat) => stat.pid);

/** After `SIGKILL` a process ends for certain, but not at once. */
export const groupToDie = (pgrp: number): Promise<boolean> =>
  waitFor(`process group ${pgrp} to die`, () => processGroupMembers(pgrp).length === 0);

/** The pids of the live processes whose environment contains `mark`. */
export const processesMarked = (mark: string): number[] =>
  allStats()
    .filter(isLive)
    .map((stat) => stat.pid)
    .filter((pid) => read(`/proc/${pid}/environ`)?.includes(`${MARK}=${mark}`));

/** As the kernel calls it; `undefined` when it is gone. */
export function processName(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd();
  } catch {
    return undefined;
  }
}

export const zombieChildren = (ppid: number = process.pid): number[] =>
  allStats()
    .filter((stat) => stat.ppid === ppid && stat.state === 'Z')
    .map((stat) => stat.pid);

/** What the open descriptors of a process lead to, by number. */
export function descriptors(pid: number): Record<string, string> {
  const open: Record<string, string> = {};
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      open[fd] = readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      // Closed meanwhile.
    }
  }
  return open;
}

/** A line of `/proc/<pid>/status`, without its name. */
export function statusField(pid: number, name: string): string {
  const line = read(`/proc/${pid}/status`)
    ?.split('\n')
    .find((candidate) => candidate.startsWith(`${name}:`));
  if (line === undefined) throw new Error(`no ${name} in the status of process ${pid}`);
  return line.slice(name.length + 1).trim();
}

/** How many bytes a process has written, to anything. */
export function bytesWritten(pid: number): number {
  const count = /^wchar: (\d+)$/m.exec(read(`/proc/${pid}/io`) ?? '')?.[1];
  if (count === undefined) throw new Error(`no write count of process ${pid}`);
  return Number(count);
}

export const threadCount = (pid: number = process.pid): number =>
  readdirSync(`/proc/${pid}/task`).length;
