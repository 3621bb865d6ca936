// Facts from the kernel about processes: which are alive, what they hold. Linux.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import process from 'node:process';

/** Every process that a row causes has it as a mark that no other process has; digits only. */
export const MARK_VARIABLE = 'ESCHER_FAULT_MARK';

/** Name of the program that sweeps when the host is gone. */
const WATCHDOG = 'escher-watchdog';

const read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** `undefined` when there is no such process. */
export function processInfo(pid) {
  const text = read(`/proc/${pid}/stat`);
  if (text === '') return undefined;
  // The name stands in parentheses and may hold anything.
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  return {
    pid,
    name: text.slice(text.indexOf('(') + 1, end),
    state: fields[0],
    ppid: Number(fields[1]),
    pgrp: Number(fields[2]),
    session: Number(fields[3]),
    tty: Number(fields[4]),
    threads: Number(fields[17]),
    start: fields[19],
  };
}

const hasFirstThread = ({ state }) => state !== 'Z' && state !== 'X';

/** A process whose first thread has ended looks like a zombie, but has other threads. */
export const isAlive = (info) => info !== undefined && (hasFirstThread(info) || info.threads > 1);

/** A file in `/proc/<pid>`, of a thread that lives. */
function readOf(info, file) {
  if (hasFirstThread(info)) return read(`/proc/${info.pid}/${file}`);
  return tasksOf(info.pid)
    .map((thread) => read(`/proc/${info.pid}/task/${thread}/${file}`))
    .join('');
}

function tasksOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

export const isWatchdog = (info) => info.name === WATCHDOG;

export const allProcesses = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => processInfo(Number(pid)))
    .filter((info) => info !== undefined);

/** Variables as in `/proc/<pid>/environ`; empty for a process that has cleared its own. */
export const environmentOf = (pid) => read(`/proc/${pid}/environ`).split('\0').filter(Boolean);

/** This process, and those that started it. */
function ownLine() {
  const line = [];
  for (let info = processInfo(process.pid); info; info = processInfo(info.ppid))
    line.push(info.pid);
  return line;
}

/**
 * The live processes that bear the mark, in their environment or, where that was cleared, in their arguments; but not
 * this one, and not those that started it.
 */
export function markedProcesses(mark) {
  const own = ownLine();
  return allProcesses().filter(
    (info) =>
      isAlive(info) &&
      !own.includes(info.pid) &&
      (readOf(info, 'environ').includes(mark) || readOf(info, 'cmdline').includes(mark)),
  );
}

export const zombiesOf = (ppid) =>
  allProcesses().filter((info) => info.ppid === ppid && info.state === 'Z' && !isAlive(info));

/** What the open descriptors of a process lead to. */
export function descriptorsOf(pid) {
  const targets = [];
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      targets.push(readlinkSync(`/proc/${pid}/fd/${fd}`));
    } catch {
      // Closed meanwhile.
    }
  }
  // The directory that was just read is one of them when a process looks at itself.
  return targets.filter((target) => target !== `/proc/${pid}/fd`);
}

export const threadsOf = (pid) => readdirSync(`/proc/${pid}/task`).length;

/** A field of `/proc/<pid>/status`, without its name. */
export function statusField(pid, name) {
  const found = new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(read(`/proc/${pid}/status`))?.[1];
  if (found === undefined) throw new Error(`no ${name} in the status of process ${pid}`);
  return found;
}

const kilobytes = (pid, name) => Number.parseInt(statusField(pid, name), 10) * 1024;

/** Bytes of memory that are in use now. */
export const residentBytes = (pid = process.pid) => kilobytes(pid, 'VmRSS');

/** The most since the start, or since `resetPeak`. */
export const peakResidentBytes = (pid = process.pid) => kilobytes(pid, 'VmHWM');

/** The first few of them as text. */
export function describe(infos, most = 5) {
  const words = infos
    .slice(0, most)
    .map(({ pid, name, state, ppid }) => `${pid} ${name} (${state}, of ${ppid})`);
  const more = infos.length > most ? ` and ${infos.length - most} more` : '';
  return `${words.join(', ')}${more}`;
}
