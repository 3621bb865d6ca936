// The host runs out of descriptors, or of processes: what cannot be launched is tried again, then it is a typed error.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chownSync, cpSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { getSystemErrorName } from 'node:util';
import { ExecutionEngine } from 'escher-execution-engine';
import { leftOver, processesLeft, warmDescriptors } from './support/account.mjs';
import { startHost } from './support/host.mjs';
import { Ledger } from './support/ledger.mjs';
import { descriptorsOf, threadsOf } from './support/processes.mjs';
import { exec } from './support/requests.mjs';

const SPARE = 24;

export const hosts = {
  /** Runs `launches` commands once it hears `go`, and one more when it hears `free`. */
  async launcher({ launches }, { tell, hear }) {
    const before = await warmDescriptors();
    const engine = new ExecutionEngine({ maxConcurrentExecutions: launches });
    const ledger = new Ledger(engine);
    await ledger.run(exec('/bin/true'));
    const warm = descriptorsOf(process.pid).length;
    tell('ready', { descriptors: warm, threads: threadsOf(process.pid) });
    await hear('go');
    const ends = await Promise.all(
      Array.from({ length: launches }, (_, index) =>
        ledger.run(exec('/bin/sh', ['-c', `echo ${index}; exec sleep 0.05`])),
      ),
    );
    tell('ran', {
      ends: ends.map(({ result, error }) => ({
        status: error ? error.code : result.status,
        stdout: result?.stdout,
        errno: error?.errno,
        retryable: error?.isRetryable,
      })),
    });
    await hear('free');
    const { result } = await ledger.run(exec('/bin/echo', ['again']));
    const whileAlive = await leftOver(() => descriptorsOf(process.pid).length, warm);
    await engine.shutdown();
    const descriptorsLeft = await leftOver(() => descriptorsOf(process.pid).length, before);
    tell('done', {
      again: result?.stdout,
      lost: ledger.lost,
      wrong: ledger.wrong,
      descriptorsLeft: Math.max(whileAlive, descriptorsLeft),
    });
  },
};

/** `prlimit` of a running process, by its own user: the soft limit, with the hard one left alone. */
function limit(pid, name, value, user = {}) {
  const { status, stderr } = spawnSync('prlimit', ['--pid', `${pid}`, `--${name}=${value}:`], {
    ...user,
    encoding: 'utf8',
  });
  assert.equal(status, 0, `prlimit: ${stderr}`);
}

/** How many failed, and with what, in words. */
function failures(ends) {
  const failed = ends.filter(({ status }) => status !== 'completed');
  const names = [...new Set(failed.map(({ errno }) => getSystemErrorName(errno)))];
  return failed.length > 0 ? `, ${failed.length} failed with ${names.join(', ')}` : '';
}

async function starve(context, host, { name, errnos, low, high, user }) {
  const { launches } = context.sizes;
  limit(host.pid, name, low(await host.told('ready')), user);
  host.say('go');
  const { ends } = await host.told('ran');
  for (const [index, { status, stdout, errno, retryable }] of ends.entries()) {
    if (status === 'completed') {
      assert.equal(stdout, `${index}\n`, 'output of a survivor');
    } else {
      assert.equal(status, 'ERR_SPAWN_FAILED', 'the code of a launch that failed');
      assert.ok(errnos.includes(-errno), `a launch failed with errno ${errno}`);
      assert.equal(retryable, true, 'isRetryable of a launch that failed');
    }
  }
  const completed = ends.filter(({ status }) => status === 'completed').length;
  assert.ok(completed > 0, 'nothing ran at all');
  limit(host.pid, name, high, user);
  host.say('free');
  const { again, lost, wrong, descriptorsLeft } = await host.told('done');
  assert.equal(again, 'again\n', 'the next one, with the limit raised');
  assert.deepEqual(wrong, [], 'executions ended as they must not');
  await host.endedWell();
  return {
    happened: `of ${launches} at once ${completed} completed${failures(ends)}; with the limit raised the next one ran`,
    lost,
    processesLeft: await processesLeft(context),
    descriptorsLeft,
  };
}

function descriptors(context) {
  const { launches } = context.sizes;
  return starve(context, startHost(import.meta.url, 'launcher', { launches }), {
    name: 'nofile',
    errnos: [23, 24],
    low: (ready) => ready.descriptors + SPARE,
    high: 4096,
  });
}

/** A number that no user has: the limit counts all processes of a user. */
const USER = { uid: 61_234, gid: 61_234 };

async function processes(context) {
  if (process.getuid() !== 0) {
    return {
      skip: 'needs root, to run the host as a user of its own; the limit counts all of a user',
    };
  }
  // That user may not read where the repository lies.
  const copy = path.join(context.dir, 'package');
  mkdirSync(copy);
  const root = fileURLToPath(new URL('../../', import.meta.url));
  for (const part of [
    'package.json',
    'dist',
    'build/Release/escher_execution_engine.node',
    'test/faults',
  ]) {
    cpSync(path.join(root, part), path.join(copy, part), { recursive: true });
  }
  const tmp = path.join(context.dir, 'tmp');
  mkdirSync(tmp);
  chownSync(tmp, USER.uid, USER.gid);
  spawnSync('chmod', ['-R', 'a+rX', copy]);
  const module = pathToFileURL(path.join(copy, 'test/faults/exhaustion.mjs')).href;
  const host = startHost(
    module,
    'launcher',
    { launches: context.sizes.launches },
    {
      ...USER,
      cwd: copy,
      env: { TMPDIR: tmp, HOME: tmp },
      main: path.join(copy, 'test/faults/support/host-main.mjs'),
    },
  );
  return starve(context, host, {
    name: 'nproc',
    errnos: [11],
    user: USER,
    low: (ready) => ready.threads + SPARE,
    high: 4096,
  });
}

export const rows = [
  {
    name: 'exhausted-descriptors',
    fault: 'no descriptors left',
    how: `\`prlimit --nofile\`, ${SPARE} above what the host holds, then 200 executions at once`,
    run: descriptors,
  },
  {
    name: 'exhausted-processes',
    fault: 'no processes left',
    how: `\`prlimit --nproc\`, ${SPARE} above what the host has, as a user of its own, then 200 executions at once`,
    run: processes,
  },
];
