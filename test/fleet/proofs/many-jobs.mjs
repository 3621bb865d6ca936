// Many jobs on three workers: as many runs as jobs, within a bounded memory of the store.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

async function many({ queue, worker, folder, store, size, until }) {
  for (let i = 0; i < 3; i++) await worker();
  const request = {
    command: { type: 'shell', shell: '/bin/sh', command: 'echo $JOB >> runs; seq 1 20' },
    workingDir: folder,
  };
  const before = await store.usedMemory();
  const start = performance.now();
  const ids = [];
  for (let added = 0; added < size; added += 50) {
    const batch = Array.from({ length: Math.min(50, size - added) }, (_, i) =>
      queue.add({ ...request, env: { JOB: String(added + i) } }),
    );
    ids.push(...(await Promise.all(batch)));
  }
  const limitMs = 60_000 + size * 50;
  await until('all have finished', async () => isDone(await queue.counts()), limitMs);
  const seconds = (performance.now() - start) / 1000;
  const runs = readFileSync(path.join(folder, 'runs'), 'utf8').trim().split('\n');
  assert.equal(runs.length, size);
  assert.equal(new Set(runs).size, size);
  const counts = await queue.counts();
  assert.deepEqual([counts.pending, counts.running, counts.failed], [0, 0, 0]);
  assert.ok(counts.completed <= Math.max(size, 1000));
  let unknown = 0;
  for (const id of ids.slice(-100)) if ((await queue.result(id))?.success !== true) unknown++;
  assert.equal(unknown, 0);
  const storeBytes = (await store.usedMemory()) - before;
  return {
    jobs: size,
    runs: runs.length,
    twice: 0,
    lost: 0,
    perSecond: Math.round(size / seconds),
    storeBytes,
    storeBytesPerJob: Math.round(storeBytes / size),
  };
}

const isDone = ({ pending, running }) => pending + running === 0;

export const proofs = [{ name: 'many jobs on three workers', run: many, stores: 'both' }];
