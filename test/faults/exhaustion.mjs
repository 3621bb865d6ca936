// The host runs out of descriptors, processes or memory: what cannot be launched is tried again, then it is a typed error.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
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
const { EAGAIN, EMFILE, ENFILE, ENOMEM } = os.constants.errno;

export const hosts = {
  /** Runs `launches` commands once it receives `go`, and one more when it receives `free`. */
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

/** A shortage by a limit of the host. */
const byLimit = (host, { name, low, high, user }) => ({
  begin: (ready) => limit(host.pid, name, low(ready), user),
  end: () => limit(host.pid, name, high, user),
});

/** A shortage by the answers of a tracer to every third call of the thread that launches. */
function byAnswer(host, { call, error }) {
  let tracer;
  return {
    async begin() {
      const tasks = `/proc/${host.pid}/task`;
      const thread = readdirSync(tasks).find(
        (id) => readFileSync(`${tasks}/${id}/comm`, 'utf8') === 'escher-spawn\n',
      );
      const inject = `inject=${call}:error=${error}:when=1+3`;
      tracer = spawn('strace', ['-p', thread, '-o', '/dev/null', '-e', inject]);
      const [said] = await once(tracer.stderr, 'data');
      assert.match(`${said}`, /attached/, 'strace');
    },
    async end() {
      tracer.kill('SIGINT');
      await once(tracer, 'exit');
    },
  };
}

/** How many failed, and with what, in words. */
function failures(ends) {
  const failed = ends.filter(({ status }) => status !== 'completed');
  const names = [...new Set(failed.map(({ errno }) => getSystemErrorName(errno)))];
  return failed.length > 0 ? `, ${failed.length} failed with ${names.join(', ')}` : '';
}

async function starve(context, host, errnos, shortage) {
  const { launches } = context.sizes;
  await shortage.begin(await host.told('ready'));
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
  await shortage.end();
  host.say('free');
  const { again, lost, wrong, descriptorsLeft } = await host.told('done');
  assert.equal(again, 'again\n', 'the next one, behind the shortage');
  assert.deepEqual(wrong, [], 'executions ended as they must not');
  await host.endedWell();
  return {
    happened: `of ${launches} at once ${completed} completed${failures(ends)}; behind the shortage the next one ran`,
    lost,
    processesLeft: await processesLeft(context),
    descriptorsLeft,
  };
}

const launcher = ({ sizes: { launches } }) => startHost(import.meta.url, 'launcher', { launches });

function descriptors(context) {
  const host = launcher(context);
  const low = (ready) => ready.descriptors + SPARE;
  return starve(context, host, [EMFILE], byLimit(host, { name: 'nofile', low, high: 4096 }));
}

function answered(context, errno, answer) {
  if (spawnSync('strace', ['true']).status !== 0) {
    return { skip: 'needs strace, and the right to trace' };
  }
  const host = launcher(context);
  return starve(context, host, [errno], byAnswer(host, answer));
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
  const low = (ready) => ready.threads + SPARE;
  const shortage = byLimit(host, { name: 'nproc', low, high: 4096, user: USER });
  return starve(context, host, [EAGAIN], shortage);
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
  {
    name: 'exhausted-file-table',
    fault: 'no descriptors left in the whole system (ENFILE)',
    how: 'strace answers every third `pipe2` of the launching thread with ENFILE, 200 executions at once',
    run: (context) => answered(context, ENFILE, { call: 'pipe2', error: 'ENFILE' }),
  },
  {
    name: 'exhausted-memory',
    fault: 'no memory for a process (ENOMEM)',
    how: 'strace answers every third `clone` of the launching thread with ENOMEM, 200 executions at once',
    run: (context) => answered(context, ENOMEM, { call: 'clone,clone3', error: 'ENOMEM' }),
  },
];
