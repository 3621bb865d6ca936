/** Where files go, and the programs that commands are run by. */

import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Check, limited, missing, ok } from './check';
import type { Machine } from './machine';

const INTERPRETERS = ['python3', 'pwsh', 'aws'];

export function fileChecks(machine: Machine): Check[] {
  return [temporary(machine), ...shells(machine), interpreters(machine), container(machine)];
}

function temporary(machine: Machine): Check {
  const dir = tmpdir();
  const check = { id: 'tmp', name: 'Temporary directory' };
  const problem = writingProblem(dir);
  if (problem !== undefined) {
    const meaning = 'output over its limit cannot go to a file, and run --binary not at all';
    const cure = 'Set TMPDIR to a directory that can be written.';
    return missing({ ...check, value: `${dir}: ${problem}`, needed: true, meaning, cure });
  }
  if (!isNoexec(machine, dir)) return ok({ ...check, value: `${dir}, writable`, needed: true });
  const value = `${dir}, writable, mounted noexec`;
  const meaning = 'scripts that are written there cannot be executed themselves';
  const cure = 'Run them by their interpreter, or set TMPDIR to another directory.';
  return limited({ ...check, value, needed: true, meaning, cure });
}

function writingProblem(dir: string): string | undefined {
  const file = join(dir, `.escher-doctor-${process.pid}`);
  try {
    writeFileSync(file, '', { flag: 'wx', mode: 0o600 });
    rmSync(file);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

/** The mount with the longest path that leads to it. */
function isNoexec({ read }: Machine, dir: string): boolean {
  let [longest, flags] = ['', ''];
  for (const row of (read('/proc/self/mounts') ?? '').split('\n')) {
    const [, point = '', , options = ''] = row.split(' ');
    const leads = dir === point || dir.startsWith(point === '/' ? '/' : `${point}/`);
    if (point !== '' && leads && point.length >= longest.length)
      [longest, flags] = [point, options];
  }
  return flags.split(',').includes('noexec');
}

function shells({ platform, mayExecute }: Machine): Check[] {
  if (platform === 'win32') return [];
  const found = ['/bin/bash', '/bin/sh'].filter(mayExecute);
  const check = { id: 'shell', name: 'Shells', needed: true };
  if (found[0] === '/bin/bash') return [ok({ ...check, value: found.join(', ') })];
  if (found.length > 0) {
    const meaning = 'shell commands are run by /bin/sh, without what bash adds to it';
    const cure = 'Install bash if your commands need it.';
    return [limited({ ...check, value: '/bin/sh', meaning, cure })];
  }
  const meaning = 'shell commands fail unless they name a shell';
  return [missing({ ...check, value: 'none', meaning, cure: 'Install a shell as /bin/sh.' })];
}

function interpreters(machine: Machine): Check {
  const found = INTERPRETERS.map((name) => [name, findInPath(machine, name)] as const);
  const value = found.map(([name, path]) => `${name}: ${path ?? 'not found'}`).join(', ');
  const check = { id: 'interpreters', name: 'Interpreters', value };
  const absent = found.filter(([, path]) => path === undefined).map(([name]) => name);
  if (absent.length === 0) return ok(check);
  const meaning = `what needs ${absent.join(' or ')} fails by PROGRAM_NOT_FOUND`;
  return limited({ ...check, meaning, cure: 'Install it if you need it, and put it into PATH.' });
}

function findInPath({ env, mayExecute }: Machine, name: string): string | undefined {
  const dirs = (env.PATH ?? '').split(delimiter).filter((dir) => dir !== '');
  return dirs.map((dir) => join(dir, name)).find(mayExecute);
}

function container({ read, env }: Machine): Check {
  const check = { id: 'container', name: 'Container' };
  const signs = [
    ['/.dockerenv', 'Docker'],
    ['/run/.containerenv', 'Podman'],
  ] as const;
  const kind = signs.find(([file]) => read(file) !== undefined)?.[1];
  const inKubernetes = env.KUBERNETES_SERVICE_HOST !== undefined ? 'Kubernetes' : undefined;
  return ok({ ...check, value: inKubernetes ?? kind ?? 'none seen' });
}
