/** Directories for files, the programs that run commands, and the container around them. */

import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix, win32 } from 'node:path';
import { type Check, limited, missing, ok } from './check';
import type { Machine } from './machine';

const INTERPRETERS = ['python3', 'pwsh', 'aws'];

export function fileChecks(machine: Machine): Check[] {
  return [
    temporaryCheck(machine),
    ...shellChecks(machine),
    interpreterCheck(machine),
    containerCheck(machine),
    ...initChecks(machine),
  ];
}

function temporaryCheck(machine: Machine): Check {
  const dir = tmpdir();
  const check = { id: 'tmp', name: 'Temporary directory', needed: true };
  const problem = writeProblem(dir);
  if (problem !== undefined) {
    const meaning = 'output above its limit cannot be written to files, and `run --binary` fails';
    const cure = 'Set TMPDIR to a writable directory.';
    return missing({ ...check, value: `${dir}: ${problem}`, meaning, cure });
  }
  if (!isNoexec(machine, dir)) return ok({ ...check, value: `${dir}, writable` });
  const meaning = 'scripts in this directory cannot be executed directly';
  const cure = 'Run them by their interpreter, or set TMPDIR to another directory.';
  return limited({ ...check, value: `${dir}, writable, mounted noexec`, meaning, cure });
}

/** Writes a file there; the error code if that fails. */
function writeProblem(dir: string): string | undefined {
  const file = join(dir, `.escher-doctor-${process.pid}`);
  try {
    writeFileSync(file, '', { flag: 'wx', mode: 0o600 });
    rmSync(file);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

/** By the mount with the longest path that contains the directory. */
function isNoexec({ read }: Machine, dir: string): boolean {
  let [longest, flags] = ['', ''];
  for (const row of (read('/proc/self/mounts') ?? '').split('\n')) {
    const [, point = '', , options = ''] = row.split(' ');
    const contains = dir === point || dir.startsWith(point === '/' ? '/' : `${point}/`);
    if (point !== '' && contains && point.length >= longest.length) {
      [longest, flags] = [point, options];
    }
  }
  return flags.split(',').includes('noexec');
}

function shellChecks({ platform, mayExecute }: Machine): Check[] {
  if (platform === 'win32') return [];
  const found = ['/bin/bash', '/bin/sh'].filter(mayExecute);
  const check = { id: 'shell', name: 'Shells', needed: true };
  if (found[0] === '/bin/bash') return [ok({ ...check, value: found.join(', ') })];
  if (found.length > 0) {
    const meaning = 'shell commands are run by /bin/sh, without the extensions of bash';
    const cure = 'Install bash if your commands need it.';
    return [limited({ ...check, value: '/bin/sh', meaning, cure })];
  }
  const meaning = 'shell commands fail unless they set a shell';
  return [missing({ ...check, value: 'none', meaning, cure: 'Install a shell as /bin/sh.' })];
}

function interpreterCheck(machine: Machine): Check {
  const found = INTERPRETERS.map((name) => ({ name, path: findInPath(machine, name) }));
  const value = found.map(({ name, path }) => `${name}: ${path ?? 'not found'}`).join(', ');
  // One that is missing is no limitation: commands that need it fail with PROGRAM_NOT_FOUND.
  return ok({ id: 'interpreters', name: 'Interpreters', value });
}

function findInPath({ platform, env, mayExecute }: Machine, name: string): string | undefined {
  const { delimiter, join } = platform === 'win32' ? win32 : posix;
  const listed = (value = '') => value.split(delimiter).filter((part) => part !== '');
  const extensions = platform === 'win32' ? listed(env.PATHEXT ?? '.COM;.EXE;.BAT;.CMD') : [''];
  return listed(env.PATH)
    .flatMap((dir) => extensions.map((extension) => join(dir, `${name}${extension}`)))
    .find(mayExecute);
}

function containerCheck({ read, env }: Machine): Check {
  const check = { id: 'container', name: 'Container' };
  const markers = [
    ['/.dockerenv', 'Docker'],
    ['/run/.containerenv', 'Podman'],
  ] as const;
  const runtime = markers.find(([file]) => read(file) !== undefined)?.[1];
  const kubernetes = env.KUBERNETES_SERVICE_HOST !== undefined ? 'Kubernetes' : undefined;
  return ok({ ...check, value: kubernetes ?? runtime ?? 'none detected' });
}

/** Programs that reap every child that they get: inits, and shells that wait for a command. */
const REAPERS =
  /^(systemd|init|tini|dumb-init|docker-init|podman-init|catatonit|s6-.*|runit.*|openrc-init|busybox|bash|sh)$/;

/** Descendants that outlive their parent become children of PID 1. */
function initChecks({ platform, read }: Machine): Check[] {
  const name = read('/proc/1/comm')?.trim();
  if (platform !== 'linux' || name === undefined) return [];
  const check = { id: 'init', name: 'PID 1', value: name };
  if (REAPERS.test(name)) return [ok(check)];
  const meaning = 'descendants that outlive their parent can remain as zombies after their end';
  const cure = 'Start the container with an init: `docker run --init`, or tini as its entry point.';
  return [limited({ ...check, meaning, cure })];
}
