/** Limits of this process and of the system that bound how much runs at a time. */

import { type Check, limited, ok } from './check';
import type { Machine } from './machine';

/** For a hundred commands, each with its pipes and its pidfd, and for the host itself. */
const ENOUGH_FILES = 1024;
const ENOUGH_PROCESSES = 512;
/** For a hundred commands with two pipes of the usual 16 pages. */
const ENOUGH_PAGES = 3200;

export function limitChecks(machine: Machine): Check[] {
  if (machine.platform !== 'linux') return [];
  const limits = machine.read('/proc/self/limits') ?? '';
  return [openFiles(limits), processes(limits), pipePages(machine), memfd(machine)];
}

function limitOf(limits: string, name: string): [soft: number, hard: number] {
  const row = new RegExp(`^${name} +(\\S+) +(\\S+)`, 'm').exec(limits);
  const number = (text = 'unlimited'): number =>
    text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text);
  return [number(row?.[1]), number(row?.[2])];
}

const shown = (limit: number): string =>
  limit === Number.POSITIVE_INFINITY ? 'unlimited' : String(limit);

function openFiles(limits: string): Check {
  const [soft, hard] = limitOf(limits, 'Max open files');
  const check = {
    id: 'nofile',
    name: 'Open files (NOFILE)',
    value: `soft ${shown(soft)}, hard ${shown(hard)}`,
  };
  if (soft >= ENOUGH_FILES) return ok(check);
  const meaning = 'fewer than a hundred commands run at a time';
  return limited({ ...check, meaning, cure: `ulimit -n ${ENOUGH_FILES} or more, in the shell.` });
}

function processes(limits: string): Check {
  const [soft, hard] = limitOf(limits, 'Max processes');
  const check = {
    id: 'nproc',
    name: 'Processes (NPROC)',
    value: `soft ${shown(soft)}, hard ${shown(hard)}`,
  };
  if (soft >= ENOUGH_PROCESSES) return ok(check);
  const meaning = 'launches may fail by EAGAIN: it counts all processes of the user';
  return limited({
    ...check,
    meaning,
    cure: `ulimit -u ${ENOUGH_PROCESSES} or more, in the shell.`,
  });
}

function pipePages({ read }: Machine): Check {
  const pages = Number(read('/proc/sys/fs/pipe-user-pages-soft') ?? 0);
  const value = pages === 0 ? 'unlimited' : `${pages} pages`;
  const check = { id: 'pipe-pages', name: 'pipe-user-pages-soft', value };
  if (pages === 0 || pages >= ENOUGH_PAGES) return ok(check);
  const meaning = 'the pipes of many commands are small, and their output is slower';
  return limited({ ...check, meaning, cure: 'sysctl fs.pipe-user-pages-soft=16384, as root.' });
}

function memfd({ read }: Machine): Check {
  const mode = read('/proc/sys/vm/memfd_noexec')?.trim() ?? '0';
  const check = { id: 'memfd-exec', name: 'Programs in memory (memfd)' };
  if (mode !== '2') return ok({ ...check, value: `allowed (vm.memfd_noexec ${mode})` });
  const meaning = 'commands that start programs out of memory fail';
  const cure = 'sysctl vm.memfd_noexec=1, as root, if a command needs it.';
  return limited({ ...check, value: 'forbidden (vm.memfd_noexec 2)', meaning, cure });
}
