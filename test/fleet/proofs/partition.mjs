// A worker that is cut off from the store, or whose event loop is blocked: never two copies at once.
import assert from 'node:assert/strict';
import { LOCK_MS } from '../support/stage.mjs';

async function twoWorkers(stage, cutOff) {
  const { queue, worker, commands, until, proxy } = stage;
  const wire = await proxy();
  const first = await worker({ connection: wire.connection });
  const once = await queue.add(commands.request('once', { seconds: 100 }));
  const again = await queue.add(commands.request('again', { seconds: 100 }), { idempotent: true });
  await until('both run', () => commands.runs('once') + commands.runs('again') === 2);
  await worker();
  const copies = commands.alive();
  const cutAt = Date.now();
  cutOff(first, wire);
  await until('the first copies are gone', () => commands.areGone(copies));
  const goneAt = Date.now();
  await until('the other worker has run it', () => commands.runs('again') === 2);
  const startedAt = commands.lastStart('again');
  const lost = await queue.wait(once);
  assert.equal(lost.error.code, 'ERR_LOST');
  wire.heal();
  assert.equal(commands.overlaps('again'), 0);
  assert.equal(commands.runs('once'), 1);
  await queue.cancel(again);
  assert.equal((await queue.wait(again)).status, 'cancelled');
  await until('no process is left', () => commands.alive().length === 0);
  assert.equal(commands.runs('again'), 2);
  return {
    goneMs: goneAt - cutAt,
    takenOverMs: startedAt - cutAt,
    gapMs: startedAt - goneAt,
    overlaps: 0,
    twice: 0,
  };
}

const partition = (stage) => twoWorkers(stage, (_worker, wire) => wire.cut());

const blockedLoop = (stage) => twoWorkers(stage, (worker) => worker.block(3 * LOCK_MS));

const blockedAndCut = (stage) =>
  twoWorkers(stage, (worker, wire) => {
    wire.cut();
    worker.block(3 * LOCK_MS);
  });

/** A short one costs nothing: the locks are longer. */
async function short({ queue, worker, commands, until, pause, proxy }) {
  const wire = await proxy();
  await worker({ connection: wire.connection });
  const id = await queue.add(commands.request('short', { seconds: 4 }));
  await until('it runs', () => commands.runs('short') === 1);
  wire.cut();
  await pause(1000);
  wire.heal();
  const { status } = await queue.wait(id);
  assert.equal(status, 'completed');
  return { runs: commands.runs('short'), lost: 0 };
}

/** The clock of one worker is ahead by more than the lock: it finds the locks of others expired. */
async function wrongClock({ queue, worker, commands, until }) {
  await worker();
  const once = await queue.add(commands.request('once', { seconds: 12 }));
  const again = await queue.add(commands.request('again', { seconds: 12 }), { idempotent: true });
  await until('both run', () => commands.runs('once') + commands.runs('again') === 2);
  await worker({ aheadMs: 10 * LOCK_MS });
  const ends = await Promise.all([once, again].map((id) => queue.wait(id)));
  const [first, second] = ends;
  assert.ok(first.status === 'completed' || first.error.code === 'ERR_LOST');
  assert.ok(second.status === 'completed' || second.error.code === 'ERR_LOST');
  assert.equal(commands.runs('once'), 1);
  assert.equal(commands.overlaps('again'), 0);
  await until('no process is left', () => commands.alive().length === 0);
  return { overlaps: 0, twice: 0, runs: commands.runs('again') };
}

export const proofs = [
  { name: 'partition longer than the lock', run: partition, stores: 'both' },
  { name: 'clock of a worker ahead by more than the lock', run: wrongClock, stores: 'both' },
  { name: 'blocked event loop', run: blockedLoop, stores: 'both' },
  { name: 'partition and blocked event loop', run: blockedAndCut, stores: 'both' },
  { name: 'partition shorter than the lock', run: short, stores: 'both' },
];
