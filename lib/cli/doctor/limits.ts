/** Limits of this process and of the system for the number of commands that run at a time. */

import { type Check, limited, ok } from './check';
import type { Machine } from './machine';

/** For 100 commands, each with its pipes and its pidfd, and for the host itself. */
const MIN_FILES = 1024;
const MIN_PROCESSES = 512;
/** For 100 commands with two pipes of 16 pages, the default size. */
const MIN_PIPE_PAGES = 3200;

export function limitChecks(machine: Machine): Check[] {
  if (machine.platform !== 'linux') return [];
  const limits = machine.read('/proc/self/limits') ?? '';
  return [
    openFilesCheck(limits),
    processesCheck(limits),
    pipePagesCheck(machine),
    memfdCheck(machine),
  ];
}

function limitOf(limits: string, name: string): [soft: number, hard: number] {
  const row = new RegExp(`^${name} +(\\S+) +(\\S+)`, 'm').exec(limits);
  const number = (text = 'unlimited'): number =>
    text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text);
  return [number(row?.[1]), number(row?.[2])];
}

const shown = (limit: number): string =>
  limit === Number.POSITIVE_INFINITY ? 'unlimited' : String(limit);

interface LimitSpec {
  id: string;
  name: string;
  /** As `/proc/self/limits` names it. */
  row: string;
  min: number;
  /** The option of `ulimit`. */
  flag: string;
  meaning: string;
}

function limitCheck(limits: string, { id, name, row, min, flag, meaning }: LimitSpec): Check {
  const [soft, hard] = limitOf(limits, row);
  const check = { id, name, value: `soft ${shown(soft)}, hard ${shown(hard)}` };
  if (soft >= min) return ok(check);
  return limited({
    ...check,
    meaning,
    cure: `Run \`ulimit ${flag} ${min}\` or more in the shell.`,
  });
}

const openFilesCheck = (limits: string): Check =>
  limitCheck(limits, {
    id: 'nofile',
    name: 'Open files (NOFILE)',
    row: 'Max open files',
    min: MIN_FILES,
    flag: '-n',
    meaning: 'fewer than 100 commands can run at a time',
  });

const processesCheck = (limits: string): Check =>
  limitCheck(limits, {
    id: 'nproc',
    name: 'Processes (NPROC)',
    row: 'Max processes',
    min: MIN_PROCESSES,
    flag: '-u',
    meaning: 'launches may fail with EAGAIN: the limit counts all processes of the user',
  });

function pipePagesCheck({ read }: Machine): Check {
  const pages = Number(read('/proc/sys/fs/pipe-user-pages-soft') ?? 0);
  const value = pages === 0 ? 'unlimited' : `${pages} pages`;
  const check = { id: 'pipe-pages', name: 'pipe-user-pages-soft', value };
  if (pages === 0 || pages >= MIN_PIPE_PAGES) return ok(check);
  const meaning = 'with many commands the pipes are small, and output is slower';
  return limited({
    ...check,
    meaning,
    cure: 'Run `sysctl fs.pipe-user-pages-soft=16384` as root.',
  });
}

function memfdCheck({ read }: Machine): Check {
  const mode = read('/proc/sys/vm/memfd_noexec')?.trim() ?? '0';
  const check = { id: 'memfd-exec', name: 'Programs in memory (memfd)' };
  if (mode !== '2') return ok({ ...check, value: `allowed (vm.memfd_noexec ${mode})` });
  const meaning = 'commands that execute programs from memory fail';
  const cure = 'If a command needs it, run `sysctl vm.memfd_noexec=1` as root.';
  return limited({ ...check, value: 'forbidden (vm.memfd_noexec 2)', meaning, cure });
}
