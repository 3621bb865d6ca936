// kill -9 of a worker in each phase of a job: its processes are gone, and no command runs twice.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Milliseconds until the processes of the commands are gone. */
async function gone({ commands, until }) {
  const start = performance.now();
  await until('the processes are gone', () => commands.alive().length === 0);
  return Math.round(performance.now() - start);
}

async function running(stage) {
  const { queue, worker, commands, until } = stage;
  const first = await worker();
  const once = await queue.add(commands.request('once', { seconds: 100 }));
  const again = await queue.add(commands.request('again', { seconds: 2 }), { idempotent: true });
  await until('both run', () => commands.runs('once') + commands.runs('again') === 2);
  await first.end('SIGKILL');
  const goneMs = await gone(stage);
  await worker();
  const lost = await queue.wait(once);
  assert.deepEqual([lost.status, lost.error.code], ['failed', 'ERR_LOST']);
  assert.equal((await queue.wait(again)).status, 'completed');
  assert.equal(commands.runs('once'), 1);
  assert.equal(commands.runs('again'), 2);
  assert.equal(commands.overlaps('again'), 0);
  return { goneMs, runs: 1, twice: 0, overlaps: 0 };
}

/** At different times around the launch. What was begun is lost, the rest runs elsewhere; nothing runs twice. */
async function launched(stage) {
  const { queue, worker, commands } = stage;
  const rounds = 4;
  const jobs = [];
  for (let i = 0; i < rounds; i++) {
    const first = await worker();
    for (let job = 0; job < 5; job++) {
      const name = `launch-${i}-${job}`;
      jobs.push({ name, id: await queue.add(commands.request(name, { seconds: 0.5 })) });
    }
    await new Promise((resolve) => setTimeout(resolve, i * 15));
    await first.end('SIGKILL');
    await gone(stage);
  }
  await worker();
  let runs = 0;
  let lost = 0;
  for (const { name, id } of jobs) {
    const { status, error } = await queue.wait(id);
    assert.ok(commands.runs(name) <= 1, `${name} ran ${commands.runs(name)} times`);
    if (status === 'completed') assert.equal(commands.ends(name), 1);
    else assert.equal(error.code, 'ERR_LOST');
    runs += commands.runs(name);
    if (status !== 'completed') lost++;
  }
  return { jobs: jobs.length, runs, reportedAsLost: lost, twice: 0 };
}

/** The command has ended and its outcome is on the disk; the store has not received it. */
async function unreported(stage) {
  const { queue, worker, commands, folder, until, proxy } = stage;
  const wire = await proxy();
  const first = await worker({ ledger: 'shared', connection: wire.connection });
  const id = await queue.add(commands.request('unreported', { seconds: 1 }));
  await until('it runs', () => commands.runs('unreported') === 1);
  wire.cut();
  await until('the outcome is on the disk', () => ledgerSize(path.join(folder, 'shared')) > 0);
  await first.end('SIGKILL');
  await worker({ ledger: 'shared' });
  const { status, stdoutTail, exitCode } = await queue.wait(id);
  assert.deepEqual([status, exitCode, stdoutTail], ['completed', 0, '']);
  assert.equal(commands.runs('unreported'), 1);
  return { runs: 1, twice: 0, lost: 0 };
}

/**
 * A worker until the message for which `cutsAfter` is true, with `isStart` at the latest until it takes jobs: not every start
 * has as many messages. The store does not see its end.
 */
async function cutOff({ starting, until, proxy }, cutsAfter, { isStart = false } = {}) {
  const wire = await proxy();
  wire.cutsAfter = cutsAfter;
  const lost = starting({ connection: wire.connection });
  if (isStart)
    lost.ready().then(
      () => wire.cut(),
      () => undefined,
    );
  await until('it is cut off', () => wire.isCut);
  await lost.end('SIGKILL');
}

async function duringStart(stage) {
  const { queue, worker, commands, proxy } = stage;
  const wire = await proxy();
  await (await worker({ connection: wire.connection })).end('SIGKILL');
  for (let last = 1; last <= wire.sent; last++) {
    await cutOff(stage, (_text, number) => number === last, { isStart: true });
  }
  await worker();
  const id = await queue.add(commands.request('next'));
  assert.equal((await queue.wait(id)).status, 'completed');
  return { workers: wire.sent, left: 0 };
}

/** The server must not keep the locks of a transaction whose client is gone. */
async function inTransaction(stage) {
  const { queue, worker, commands } = stage;
  await (await worker()).end('SIGKILL');
  const id = await queue.add(commands.request('next'));
  const statements = [
    'SET LOCAL search_path',
    'CREATE TABLE IF NOT EXISTS escher_runs',
    'INSERT INTO escher_runs',
  ];
  for (const statement of statements) await cutOff(stage, (text) => text.includes(statement));
  await worker();
  assert.equal((await queue.wait(id)).status, 'completed');
  assert.equal(commands.runs('next'), 1);
  return { workers: statements.length, runs: 1, left: 0 };
}

function ledgerSize(folder) {
  return readdirSync(folder)
    .map((name) => readFileSync(path.join(folder, name)).length)
    .reduce((sum, bytes) => sum + bytes, 0);
}

export const proofs = [
  { name: 'kill -9 while commands run', run: running, stores: 'both' },
  { name: 'kill -9 around the launch', run: launched, stores: 'both' },
  { name: 'kill -9 between the end and the report', run: unreported, stores: 'both' },
  { name: 'cut off and kill -9 at each message of the start', run: duringStart },
  { name: 'cut off and kill -9 in transactions', run: inTransaction, stores: 'postgres' },
];
