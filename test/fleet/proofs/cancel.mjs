// Cancels from another process: a job that waits, one that begins, one that runs, and one that is about to end.
import assert from 'node:assert/strict';

async function waiting({ queue, worker, commands, until }) {
  await worker({ concurrency: 1 });
  const busy = await queue.add(commands.request('busy', { seconds: 60 }));
  await until('the first runs', () => commands.runs('busy') === 1);
  const next = await queue.add(commands.request('next'));
  const later = await queue.add(commands.request('later'), { delay: 600_000 });
  const keyed = await queue.add(commands.request('keyed'), { key: 'k' });
  for (const id of [next, later, keyed]) assert.equal(await queue.cancel(id, 'not needed'), true);
  assert.equal(await queue.cancel(busy), true);
  for (const id of [next, later, keyed, busy]) {
    const { status, error } = await queue.wait(id);
    assert.deepEqual([status, error.code], ['cancelled', 'ERR_CANCELLED']);
    assert.equal((await queue.status(id)).status, 'cancelled');
    assert.equal(await queue.cancel(id), false);
  }
  const runs = ['next', 'later', 'keyed'].reduce((sum, name) => sum + commands.runs(name), 0);
  assert.equal(runs, 0);
  await until('no process is left', () => commands.alive().length === 0);
  return { cancelled: 4, runs };
}

/** At every moment from before the start to after the end: one end for each job, and no process. */
async function atAnyTime({ queue, worker, commands, until, size }) {
  await worker();
  const count = Math.min(size, 60);
  let cancelled = 0;
  for (let i = 0; i < count; i++) {
    const name = `any-${i}`;
    const id = await queue.add(commands.request(name, { seconds: 0.02 }));
    await new Promise((resolve) => setTimeout(resolve, (i % 30) * 8));
    const accepted = await queue.cancel(id);
    const { status } = await queue.wait(id);
    assert.ok(['cancelled', 'completed'].includes(status), status);
    if (!accepted) assert.equal(status, 'completed');
    if (status === 'completed') assert.equal(commands.ends(name), 1);
    if (status === 'cancelled') cancelled++;
    assert.ok(commands.runs(name) <= 1);
  }
  await until('no process is left', () => commands.alive().length === 0);
  return { jobs: count, cancelled, completed: count - cancelled, left: 0 };
}

export const proofs = [
  { name: 'cancel of jobs that wait and one that runs', run: waiting, stores: 'both' },
  { name: 'cancel at any time', run: atAnyTime, stores: 'both' },
];
