import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { waitFor } from '../../support/wait';

test('a new engine has zero counts', async () => {
  expect(await makeEngine().stats()).toEqual({
    counts: { pending: 0, running: 0, completed: 0, failed: 0, timeout: 0, cancelled: 0 },
    running: 0,
    queued: 0,
    retainedRecords: 0,
    retainedBytes: 0,
    totalLines: 0,
    totalBytes: 0,
    guarded: false,
    keys: 0,
    paused: false,
    journalError: null,
    spawnFailures: 0,
    spawnMs: { p50: 0, p99: 0 },
    durationMs: { p50: 0, p99: 0 },
  });
});

test('every end is counted', async () => {
  const engine = makeEngine({ maxConcurrentExecutions: 4, maxQueuedExecutions: 1 });
  await Promise.all([engine.run(sh('true')), engine.run(sh('true')), engine.run(sh('exit 3'))]);
  await engine.run(sh(LONG, { timeoutMs: 50 }));
  const cancelled = engine.run(sh(LONG));
  await cancelled.cancel();
  await cancelled;
  await engine.run(exec('/bin/true', ['x'.repeat(4_000_000)])).catch(() => undefined);
  await engine.run(exec('/nonexistent')).catch(() => undefined);
  const stats = await engine.stats();
  expect(stats).toMatchObject({
    counts: { pending: 0, running: 0, completed: 2, failed: 2, timeout: 1, cancelled: 1 },
    retainedRecords: 6,
    spawnFailures: 1,
  });
});

test('running and queued executions are counted', async () => {
  const engine = makeEngine({ maxConcurrentExecutions: 2, maxQueuedExecutions: 3 });
  const ids: string[] = [];
  for (let index = 0; index < 5; index++) ids.push(await engine.execute(sh(LONG)));
  await waitFor('two to run', async () => (await engine.stats()).counts.running === 2);
  expect(await engine.stats()).toMatchObject({
    counts: { pending: 3, running: 2 },
    running: 2,
    queued: 3,
    retainedRecords: 0,
  });
  expect([await engine.runningCount(), await engine.queuedCount()]).toEqual([2, 3]);
  await Promise.all(ids.map((id) => engine.cancel(id)));
  await engine.onIdle();
  expect(await engine.stats()).toMatchObject({
    counts: { pending: 0, running: 0, cancelled: 5 },
    running: 0,
    queued: 0,
  });
});

test('lines and bytes are counted with and without listeners', async () => {
  const engine = makeEngine();
  await engine.run(sh('seq 1 1000; echo error >&2'));
  expect(await engine.stats()).toMatchObject({ totalLines: 1001, totalBytes: 3893 + 6 });
  engine.on('stdout', () => undefined);
  await engine.run(sh('seq 1 1000'));
  expect(await engine.stats()).toMatchObject({ totalLines: 2001, totalBytes: 2 * 3893 + 6 });
});

test('times are those of the executions', async () => {
  const engine = makeEngine();
  const results = await Promise.all(Array.from({ length: 20 }, () => engine.run(sh('sleep 0.1'))));
  const { durationMs, spawnMs } = await engine.stats();
  const slowest = Math.max(...results.map((result) => result.durationMs));
  // Percentiles may be kept in steps.
  expect(durationMs.p50).toBeGreaterThan(80);
  expect(durationMs.p99).toBeGreaterThanOrEqual(durationMs.p50);
  expect(durationMs.p99).toBeLessThan(2 * slowest);
  expect(spawnMs.p50).toBeGreaterThan(0);
  expect(spawnMs.p99).toBeGreaterThanOrEqual(spawnMs.p50);
  expect(spawnMs.p99).toBeLessThan(2 * slowest);
});

test('counts outlive the records', async () => {
  const engine = makeEngine();
  const { id } = await engine.run(sh('echo hi'));
  await engine.removeExecution(id);
  expect(await engine.stats()).toMatchObject({
    counts: { completed: 1 },
    retainedRecords: 0,
    totalBytes: 3,
  });
});
