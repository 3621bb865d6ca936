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
  const start = performance.now();
  cutOff(first, wire);
  await until('the other worker has run it', () => commands.runs('again') === 2);
  const takenOverMs = Math.round(performance.now() - start);
  const lost = await queue.wait(once);
  assert.equal(lost.error.code, 'ERR_LOST');
  wire.heal();
  assert.equal(commands.overlaps('again'), 0);
  assert.equal(commands.runs('once'), 1);
  await queue.cancel(again);
  assert.equal((await queue.wait(again)).status, 'cancelled');
  await until('no process is left', () => commands.alive().length === 0);
  assert.equal(commands.runs('again'), 2);
  return { takenOverMs, overlaps: 0, twice: 0 };
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

export const proofs = [
  { name: 'partition longer than the lock', run: partition, stores: 'both' },
  { name: 'blocked event loop', run: blockedLoop, stores: 'both' },
  { name: 'partition and blocked event loop', run: blockedAndCut, stores: 'both' },
  { name: 'partition shorter than the lock', run: short, stores: 'both' },
];
