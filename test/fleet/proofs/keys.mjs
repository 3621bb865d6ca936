// Five keys, one of which floods the queue: the others wait for a bounded time, and each key keeps its order.
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import path from 'node:path';

async function flood({ queue, worker, folder, size, commands }) {
  await worker({ concurrency: 2 });
  await worker({ concurrency: 2 });
  const log = path.join(folder, 'order');
  appendFileSync(log, '');
  const command = (key, i) =>
    commands.request(`key-${key}`, { seconds: 0.01, after: `echo ${key} ${i} >> order` });
  const flooding = Math.min(Math.max(size, 100), 1000);
  const ids = [];
  for (let i = 0; i < flooding; i++)
    ids.push(await queue.add(command('flood', i), { key: 'flood' }));
  const start = performance.now();
  const others = [];
  for (let i = 0; i < 5; i++) {
    for (const key of ['a', 'b', 'c', 'd']) others.push(await queue.add(command(key, i), { key }));
  }
  await Promise.all(others.map((id) => queue.wait(id)));
  const othersMs = Math.round(performance.now() - start);
  const floodedBefore = lines(log).filter(([key]) => key === 'flood').length;
  await Promise.all(ids.map((id) => queue.wait(id)));
  const floodMs = Math.round(performance.now() - start);
  const all = lines(log);
  for (const key of ['flood', 'a', 'b', 'c', 'd']) {
    const order = all.filter(([name]) => name === key).map(([, i]) => Number(i));
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
      `order of ${key}`,
    );
    assert.equal(order.length, key === 'flood' ? flooding : 5);
    assert.equal(commands.overlaps(`key-${key}`), 0);
  }
  assert.ok(floodedBefore < flooding, 'the others ended before the flood');
  return { flooding, othersMs, floodMs, overlaps: 0 };
}

const lines = (file) =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' '));

/** The place of a worker that was killed is free again. */
async function lostPlace({ queue, worker, commands, until }) {
  const first = await worker({ concurrency: 1 });
  const one = await queue.add(commands.request('one', { seconds: 100 }), { key: 'k' });
  await until('it runs', () => commands.runs('one') === 1);
  await worker({ concurrency: 1 });
  const two = await queue.add(commands.request('two'), { key: 'k' });
  await until('the second waits', async () => (await queue.status(two)).status === 'pending');
  await first.end('SIGKILL');
  assert.equal((await queue.wait(one)).error.code, 'ERR_LOST');
  assert.equal((await queue.wait(two)).status, 'completed');
  return { jobs: 2 };
}

export const proofs = [
  { name: 'five keys, one flooding', run: flood, stores: 'both' },
  { name: 'the place of a lost worker', run: lostPlace, stores: 'both' },
];
