import { connectedPair } from '../../support/bridge';
import { exec, LONG, sh } from '../../support/commands';
import { executionError, rejection } from '../../support/expectations';
import { waitFor } from '../../support/wait';

const MINUTE = 60_000;

describe('the queue of an engine in another process', () => {
  test('has keys, whose limits and whose number can be changed', async () => {
    const { client } = await connectedPair({
      maxConcurrentExecutions: 1,
      maxQueuedExecutions: 9,
      keyLimits: { db: 1 },
    });
    const runs = [1, 2].map(() => client.run(sh(LONG, { key: 'db' })));
    await waitFor('the first', () => runs[0]?.pid);
    await client.setConcurrency(2);
    expect((await client.run(exec('true', [], { key: 'web' }))).key).toBe('web');
    expect(runs[1]?.pid).toBeUndefined();
    expect(await client.stats()).toMatchObject({ keys: 1, running: 1, queued: 1 });
    expect(await client.listExecutions({ key: 'web' })).toMatchObject([
      { key: 'web', exitCode: 0, signal: null },
    ]);
    await client.setKeyLimit('db', null);
    await waitFor('the second', () => runs[1]?.pid);
    expect(await client.cancelAll({ key: 'web' })).toBe(0);
    expect(await client.cancelAll({ key: 'db' })).toBe(2);
    for (const run of runs) expect(await run).toMatchObject({ status: 'cancelled', key: 'db' });
  });

  test('is paused and resumed', async () => {
    const { client } = await connectedPair({ maxQueuedExecutions: 1 });
    await client.pause();
    const run = client.run(exec('true'));
    await waitFor('the admission', async () => (await client.queuedCount()) === 1);
    expect((await client.stats()).paused).toBe(true);
    expect(run.pid).toBeUndefined();
    await client.resume();
    expect((await run).status).toBe('completed');
  });

  test('refuses bad limits as an engine in this process does', async () => {
    const { client } = await connectedPair({ keyLimits: { db: 1 } });
    for (const call of [client.setConcurrency(0), client.setKeyLimit('db', 0)]) {
      expect(await rejection(call)).toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
    }
    const run = client.run(sh(LONG, { key: 'db' }));
    const error = await executionError(client.execute(sh('true', { key: 'db' })));
    expect(error.code).toBe('ERR_CONCURRENCY_LIMIT');
    expect(error.message).toContain("with the key 'db' running");
    await run.cancel();
  });
});

test('a lease of a remote execution is renewed, by the handle and by the id', async () => {
  const { client } = await connectedPair();
  const run = client.run(sh('read _; exit 5', { leaseMs: MINUTE, stdin: 'pipe' }));
  expect([await run.renew(), await client.renew(run.id)]).toEqual([true, true]);
  run.stdin.end('\n');
  expect((await run).exitCode).toBe(5);
  expect([await run.renew(), await client.renew(run.id)]).toEqual([false, false]);
  expect(await client.run(sh(LONG, { leaseMs: 100 }))).toMatchObject({
    status: 'cancelled',
    error: { code: 'ERR_LEASE_EXPIRED' },
    termination: { reason: 'lease' },
  });
});

test('the steps of a stop apply to a remote execution, and a second cancel goes on', async () => {
  const { client } = await connectedPair();
  const run = client.run(
    sh("trap '' INT; echo ready; while :; do sleep 0.02; done", {
      stop: [{ signal: 'SIGINT', to: 'leader', waitMs: MINUTE }],
    }),
  );
  for await (const line of run.lines()) if (line === 'ready') break;
  expect([await run.cancel(), await run.cancel()]).toEqual([true, true]);
  expect((await run).termination?.signals).toEqual(['SIGINT', 'SIGKILL']);
});

test('batches of a remote execution have all lines', async () => {
  const { client } = await connectedPair();
  const lines: string[] = [];
  for await (const batch of client.run(exec('seq', ['5000'])).batches('stdout')) {
    expect(batch).toMatchObject({ stream: 'stdout', firstSeq: lines.length, partial: false });
    lines.push(...batch.lines);
  }
  expect(lines).toEqual(Array.from({ length: 5000 }, (_, i) => String(i + 1)));
});
