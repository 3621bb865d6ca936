// A host is killed at a random moment: the next engine on its journal
// reports what ran, once, and ends what still runs.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ExecutionEngine } from 'escher-execution-engine';
import { processesLeft } from './support/account.mjs';
import { startHost } from './support/host.mjs';
import { isAlive, MARK_VARIABLE, markedProcesses, processInfo } from './support/processes.mjs';
import { exec, leaf, pidOf, sh } from './support/requests.mjs';
import { goneAsPromised, sleep, waitFor, withGuard } from './support/wait.mjs';

/** Long commands of a host, and short ones that it runs at a time. */
const COMMANDS = 6;
/** Journals at a time. */
const JOURNALS = 3;
const PROMISED_MS = 2_000;

export const hosts = {
  /** Runs long commands and short ones, and reports the start and the end of each. */
  async keeper({ mark, journalDir, logDir }, { tell }) {
    const engine = new ExecutionEngine({ journalDir, logDir });
    engine.on('settled', ({ executionId }) => tell('settled', executionId));
    for (let index = 0; index < COMMANDS; index++) {
      const execution = engine.run(sh(`echo begun; ${leaf(mark)}; :`));
      // What it said is in the log by now.
      execution.once('stdout', () =>
        tell('started', { id: execution.id, pid: execution.pid, lasting: true }),
      );
    }
    const lane = async () => {
      for (;;) {
        const execution = engine.run(sh(`sleep 0.0${Math.floor(Math.random() * 10)}`));
        execution.once('started', ({ pid }) =>
          tell('started', { id: execution.id, pid, lasting: false }),
        );
        await execution;
      }
    };
    await Promise.all(Array.from({ length: COMMANDS }, lane));
  },

  /** As process 1 of a namespace would: lets a bystander take the pid of what a killed host was running. */
  async recycler({ mark, dir }, { tell }) {
    const journalDir = path.join(dir, 'journal');
    const logDir = path.join(dir, 'logs');
    const inner = startHost(import.meta.url, 'sleeper', { mark, journalDir, logDir });
    const { pid, id } = await inner.told('running');
    process.kill(inner.pid, 'SIGKILL');
    await inner.ended();
    await waitFor('the child of the killed host to be gone', () => processInfo(pid) === undefined);
    const bystander = takePid(pid, mark);
    const engine = new ExecutionEngine({ journalDir });
    const recovered = await engine.recovered;
    await sleep(300);
    tell('outcome', {
      same: bystander.pid === pid,
      reported: recovered.map(({ executionId }) => executionId).join() === id,
      alive: isAlive(processInfo(bystander.pid)),
    });
    bystander.kill('SIGKILL');
    await engine.shutdown();
  },

  async sleeper({ mark, journalDir, logDir }, { tell }) {
    const engine = new ExecutionEngine({ journalDir, logDir });
    const execution = engine.run(exec('sleep', [`300.0${mark}`]));
    tell('running', { pid: await pidOf(execution), id: execution.id });
    await new Promise(() => setInterval(() => undefined, 1_000));
  },

  /** The same without a journal: the pid of an execution belongs to another process. */
  async reuser({ mark }, { tell }) {
    const engine = new ExecutionEngine();
    const { id, pid } = await engine.run(exec('/bin/true'));
    const bystander = takePid(pid, mark);
    const answers = [await engine.kill(id, 'SIGKILL'), await engine.cancel(id)];
    await engine.shutdown({ graceMs: 0 });
    await sleep(300);
    tell('outcome', {
      same: bystander.pid === pid,
      answers,
      alive: isAlive(processInfo(bystander.pid)),
    });
    bystander.kill('SIGKILL');
  },
};

/** Starts a process that has that pid. Works in a PID namespace of its own only. */
function takePid(pid, mark) {
  for (let attempt = 0; attempt < 50; attempt++) {
    writeFileSync('/proc/sys/kernel/ns_last_pid', `${pid - 1}`);
    const child = spawn('sleep', [`300.0${mark}`], { stdio: 'ignore' });
    if (child.pid === pid) return child;
    child.kill('SIGKILL');
  }
  throw new Error(`no process could get the pid ${pid}`);
}

/** What the next engine reports; its recovery is complete when this settles. */
async function recoveredBy(config) {
  const engine = new ExecutionEngine(config);
  try {
    assert.ok(engine.recovered instanceof Promise, 'the engine has no `recovered`');
    return await withGuard('engine.recovered', engine.recovered);
  } finally {
    await engine.shutdown({ graceMs: 0 });
  }
}

function checkRecovered(recovered, { started, settled }) {
  const ids = recovered.map(({ executionId }) => executionId);
  assert.equal(new Set(ids).size, ids.length, 'one of them is reported twice');
  for (const { id, lasting, pid } of started) {
    if (settled.includes(id)) assert.ok(!ids.includes(id), `${id} had settled, and is reported`);
    else if (lasting) {
      const told = recovered.find(({ executionId }) => executionId === id);
      assert.ok(told, `${id} was running, and is not reported`);
      assert.deepEqual([told.status, told.pid], ['interrupted', pid]);
      assert.match(readFileSync(told.logFile, 'utf8'), /begun/, 'the log of what was running');
    }
  }
}

const lastingOf = (host) => host.all('started').filter(({ lasting }) => lasting);

/** A host with a journal that is killed while it runs something; returns what it had reported until then. */
async function killedHost({ mark }, config, enough) {
  const host = startHost(
    import.meta.url,
    'keeper',
    { mark, ...config },
    { env: { [MARK_VARIABLE]: mark } },
  );
  await host.told('started');
  await waitFor('the executions of the host', () => enough(host));
  await sleep(Math.random() * 80);
  process.kill(host.pid, 'SIGKILL');
  await host.ended();
  return { started: host.all('started'), settled: host.all('settled') };
}

const configIn = (dir) => ({
  journalDir: path.join(dir, 'journal'),
  logDir: path.join(dir, 'logs'),
});

/** One host after the other, on one journal; how many were reported, and how many were not. */
async function killedOver(context, rounds) {
  const { mark } = context;
  const config = configIn(context.dir);
  let [told, lost] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    // Every other one dies among its first launches.
    const enough = (host) => round % 2 === 0 || lastingOf(host).length === COMMANDS;
    const before = await killedHost(context, config, enough);
    const recovered = await recoveredBy(config);
    checkRecovered(recovered, before);
    await goneAsPromised('what was running', PROMISED_MS, () => markedProcesses(mark));
    assert.deepEqual(await recoveredBy(config), [], 'the engine after that reports it again');
    told += recovered.length;
    lost += before.started.filter(
      ({ id, lasting }) => lasting && !recovered.some(({ executionId }) => executionId === id),
    ).length;
  }
  return { told, lost };
}

async function killed(context) {
  const { mark, dir, sizes } = context;
  const rounds = Math.ceil(sizes.journalKills / JOURNALS);
  const counts = await Promise.all(
    Array.from({ length: JOURNALS }, (_, index) =>
      // A longer mark of its own, which everything else of the row does not bear.
      killedOver({ mark: `${mark}${index}`, dir: path.join(dir, `${index}`) }, rounds),
    ),
  );
  const sum = (name) => counts.reduce((total, count) => total + count[name], 0);
  return {
    happened: `${rounds * JOURNALS} hosts: the next engine reported each of the ${sum('told')} that were running, with their logs, once, and of nothing that had settled`,
    lost: sum('lost'),
    processesLeft: await processesLeft(context),
    descriptorsLeft: 0,
  };
}

/** Half a line, garbage, another version: what a crash or a full disk leaves of a journal does not fail the next engine. */
async function damaged(context) {
  const config = configIn(context.dir);
  const before = await killedHost(context, config, (host) => lastingOf(host).length === COMMANDS);
  const files = spawnSync('find', [config.journalDir, '-type', 'f'], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter(Boolean);
  assert.ok(files.length > 0, 'the journal has no file');
  for (const file of files) appendFileSync(file, '{"half');
  const recovered = await recoveredBy(config);
  checkRecovered(recovered, before);
  return {
    happened: `${recovered.length} reported despite half a record at the end`,
    lost: 0,
    processesLeft: await processesLeft(context),
    descriptorsLeft: 0,
  };
}

/** A namespace in which the next number can be chosen. dash, as its process 1, reaps whatever is left to it. */
async function inNamespace(context, name) {
  const root = process.getuid() === 0 ? [] : ['-Ur'];
  const under = [
    'unshare',
    ...root,
    '--pid',
    '--fork',
    '--mount-proc',
    'sh',
    '-c',
    '"$@"; exit $?',
    'sh',
  ];
  const [program, ...words] = [...under, 'sh', '-c', 'echo 100 > /proc/sys/kernel/ns_last_pid'];
  if (spawnSync(program, words).status !== 0) {
    return { skip: 'needs a pid namespace with a writable ns_last_pid, as root has one' };
  }
  const host = startHost(
    import.meta.url,
    name,
    { mark: context.mark, dir: context.dir },
    { under },
  );
  const outcome = await host.told('outcome');
  await host.endedWell();
  assert.equal(outcome.same, true, 'the bystander has another number');
  assert.equal(outcome.alive, true, 'a bystander was killed for having the number of a child');
  return { outcome, processesLeft: await processesLeft(context), lost: 0, descriptorsLeft: 0 };
}

async function recycled(context) {
  const { outcome, ...rest } = await inNamespace(context, 'reuser');
  if (rest.skip) return rest;
  assert.deepEqual(outcome.answers, [false, false], 'answers of kill and cancel');
  return {
    ...rest,
    happened: 'kill and cancel answered false, after them and the shutdown it lived',
  };
}

async function recycledInJournal(context) {
  const { outcome, ...rest } = await inNamespace(context, 'recycler');
  if (rest.skip) return rest;
  assert.equal(outcome.reported, true, 'the interrupted execution is not reported');
  return {
    ...rest,
    happened:
      'the execution was reported as interrupted; the process that has its pid was left alive',
  };
}

export const rows = [
  {
    name: 'journal-killed',
    fault: 'host killed, with a journal',
    how: 'SIGKILL at random moments, 6 long commands and many short ones under way, then two new engines',
    run: killed,
  },
  {
    name: 'journal-damaged',
    fault: 'journal that ends in half a record',
    how: 'SIGKILL, and a piece of a record at the end of its files',
    run: damaged,
  },
  {
    name: 'recycled-pid',
    fault: 'pid reused by another process',
    how: '`ns_last_pid` in a pid namespace: a bystander gets the number of an execution that has ended',
    run: recycled,
  },
  {
    name: 'recycled-pid-journal',
    fault: 'pid in the journal reused by another process',
    how: 'the same between the death of a host and the start of the next engine',
    run: recycledInJournal,
  },
];
