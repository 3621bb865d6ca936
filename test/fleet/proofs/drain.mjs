// SIGTERM: commands get time, the rest is interrupted, and what may run again goes to another worker.
import assert from 'node:assert/strict';

async function drain({ queue, worker, commands, until }) {
  const first = await worker({ drainMs: 3000 });
  const brief = await queue.add(commands.request('brief', { seconds: 1 }));
  const long = await queue.add(commands.request('long', { seconds: 100 }));
  const again = await queue.add(commands.request('again', { seconds: 5 }), { idempotent: true });
  const all = ['brief', 'long', 'again'];
  await until('all run', () => all.every((name) => commands.runs(name) === 1));
  const start = performance.now();
  const exit = first.end('SIGTERM');
  const next = await queue.add(commands.request('next'));
  assert.equal(await exit, 0);
  const closedMs = Math.round(performance.now() - start);
  assert.equal(commands.alive().length, 0);
  assert.equal(commands.runs('next'), 0);
  assert.equal((await queue.status(again)).status, 'pending');
  await worker();
  const ends = await Promise.all([brief, long, again, next].map((id) => queue.wait(id)));
  assert.deepEqual(
    ends.map(({ status, error }) => error?.code ?? status),
    ['completed', 'ERR_INTERRUPTED', 'completed', 'completed'],
  );
  assert.deepEqual(
    ['brief', 'long', 'again', 'next'].map((name) => commands.runs(name)),
    [1, 1, 2, 1],
  );
  assert.equal(commands.overlaps('again'), 0);
  return { closedMs, left: 0, overlaps: 0 };
}

export const proofs = [{ name: 'SIGTERM drains', run: drain, stores: 'both' }];
