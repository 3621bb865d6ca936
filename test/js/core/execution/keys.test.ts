import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { executionError, thrown } from '../../support/expectations';
import { waitFor } from '../../support/wait';

const QUEUE = { maxQueuedExecutions: Number.POSITIVE_INFINITY };

describe('a key', () => {
  test('has a limit that holds up no other', async () => {
    const engine = makeEngine({ ...QUEUE, maxConcurrentPerKey: 1, keyLimits: { web: 2 } });
    expect(engine.config).toMatchObject({ maxConcurrentPerKey: 1, keyLimits: { web: 2 } });
    const first = engine.run(sh(LONG, { key: 'db' }));
    const second = engine.run(sh('exit 3', { key: 'db' }));
    expect(await engine.run(exec('/bin/true', [], { key: 'web' }))).toMatchObject({ key: 'web' });
    expect(await engine.run(exec('/bin/true'))).toMatchObject({ key: null });
    expect(await engine.queuedCount()).toBe(1);
    expect(await engine.stats()).toMatchObject({ keys: 1, paused: false });
    await first.cancel();
    expect((await second).exitCode).toBe(3);
    expect((await engine.stats()).keys).toBe(0);
  });

  test('starts by priority, then first come', async () => {
    const engine = makeEngine({ ...QUEUE, maxConcurrentPerKey: 1 });
    const first = engine.run(sh('read _', { key: 'db', stdin: 'pipe' }));
    await waitFor('the start', () => first.pid);
    const order: string[] = [];
    const runs = [0, 5, 0, 5].map((priority, index) => {
      const run = engine.run(exec('/bin/true', [], { key: 'db', priority }));
      run.on('started', () => order.push(`${index} of priority ${priority}`));
      return run;
    });
    await waitFor('the queue', async () => (await engine.queuedCount()) === 4);
    first.stdin.end();
    await Promise.all(runs);
    expect(order).toEqual([
      '1 of priority 5',
      '3 of priority 5',
      '0 of priority 0',
      '2 of priority 0',
    ]);
  });

  test('is in events and summaries', async () => {
    const engine = makeEngine();
    const started: unknown[] = [];
    engine.on('started', ({ key }) => started.push(key));
    const { id } = await engine.run(sh('exit 3', { key: 'db' }));
    await engine.run(exec('/bin/true'));
    expect(started).toEqual(['db', null]);
    const [summary, ...others] = await engine.listExecutions({ key: 'db' });
    expect(others).toEqual([]);
    expect(summary).toMatchObject({ id, key: 'db', exitCode: 3, signal: null });
  });

  test('is named by the refusal', async () => {
    const engine = makeEngine({ keyLimits: { db: 1 } });
    engine.run(sh(LONG, { key: 'db' }));
    const error = await executionError(engine.execute(sh('true', { key: 'db' })));
    expect(error).toMatchObject({
      code: 'ERR_CONCURRENCY_LIMIT',
      message:
        "Concurrency limit reached: 1 executions with the key 'db' running, 0 waiting; " +
        '"maxQueuedExecutions" is 0',
    });
  });

  test.each([
    ['', "must have 1 to 256 characters. Received ''"],
    [
      'x'.repeat(257),
      `must have 1 to 256 characters. Received '${'x'.repeat(97)}...' (257 characters)`,
    ],
    [7, 'must be of type string'],
  ])('%j is refused', async (key, message) => {
    await expect(makeEngine().execute(sh('true', { key: key as string }))).rejects.toThrow(message);
  });

  test.each([
    { keyLimits: { db: 0 } },
    { keyLimits: { db: 1.5 } },
    { keyLimits: { '': 1 } },
    { keyLimits: [1] as never },
    { maxConcurrentPerKey: 0 },
  ])('the configuration %j is refused', (config) => {
    expect(thrown(() => makeEngine(config))).toMatchObject({ code: 'ERR_INVALID_CONFIG' });
  });

  test('may have any name', async () => {
    const keyLimits = JSON.parse('{ "__proto__": 1 }') as Record<string, number>;
    const engine = makeEngine({ keyLimits });
    engine.run(sh(LONG, { key: '__proto__' }));
    const error = await executionError(engine.execute(sh('true', { key: '__proto__' })));
    expect(error.code).toBe('ERR_CONCURRENCY_LIMIT');
  });
});

describe('limits of a running engine', () => {
  test('a higher one starts queued executions', async () => {
    const engine = makeEngine({ ...QUEUE, maxConcurrentExecutions: 1, keyLimits: { db: 1 } });
    engine.run(sh(LONG));
    const others = [engine.run(sh(LONG, { key: 'db' })), engine.run(sh(LONG, { key: 'db' }))];
    await engine.setConcurrency(3);
    await waitFor('the first of the key', () => others[0]?.pid);
    expect(others[1]?.pid).toBeUndefined();
    await engine.setKeyLimit('db', 2);
    await waitFor('the second of the key', () => others[1]?.pid);
  });

  test('a lower one ends nothing', async () => {
    const engine = makeEngine({ ...QUEUE });
    const runs = [engine.run(sh(LONG)), engine.run(sh(LONG))];
    await engine.setConcurrency(1);
    expect(await engine.runningCount()).toBe(2);
    const third = engine.run(exec('/bin/true'));
    await runs[0]?.cancel();
    await runs[0];
    expect(third.pid).toBeUndefined();
    await runs[1]?.cancel();
    expect((await third).status).toBe('completed');
  });

  test('null takes the limit of one key back', async () => {
    const engine = makeEngine({ maxConcurrentPerKey: 1 });
    await engine.setKeyLimit('db', 2);
    engine.run(sh(LONG, { key: 'db' }));
    await engine.setKeyLimit('db', null);
    const error = await executionError(engine.execute(sh('true', { key: 'db' })));
    expect(error.code).toBe('ERR_CONCURRENCY_LIMIT');
  });

  test.each([
    ['setConcurrency', [0]],
    ['setConcurrency', [Number.POSITIVE_INFINITY]],
    ['setKeyLimit', ['db', 0]],
    ['setKeyLimit', ['db', '1']],
  ] as const)('%s(%j) is out of range', async (name, args) => {
    const engine = makeEngine() as unknown as Record<string, (...args: unknown[]) => unknown>;
    await expect(engine[name]?.(...args)).rejects.toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
  });
});

describe('a paused engine', () => {
  test('starts nothing until it is resumed', async () => {
    const engine = makeEngine(QUEUE);
    const before = engine.run(sh('read _; exit 4', { stdin: 'pipe' }));
    await waitFor('the start', () => before.pid);
    await engine.pause();
    const later = engine.run(exec('/bin/true'));
    await waitFor('the admission', async () => (await engine.queuedCount()) === 1);
    before.stdin.end('\n');
    expect((await before).exitCode).toBe(4);
    expect(later.pid).toBeUndefined();
    await engine.resume();
    expect((await later).status).toBe('completed');
  });

  test('refuses what cannot wait', async () => {
    const engine = makeEngine();
    await engine.pause();
    await expect(engine.execute(exec('/bin/true'))).rejects.toThrow('the engine is paused');
  });
});

test('cancelAll ends what the filter selects', async () => {
  const engine = makeEngine(QUEUE);
  const runs = ['a', 'b', 'a'].map((key) => engine.run(sh(LONG, { key })));
  await engine.run(exec('/bin/true', [], { key: 'a' }));
  expect(await engine.cancelAll({ key: 'a' })).toBe(2);
  for (const run of [runs[0], runs[2]]) expect((await run)?.status).toBe('cancelled');
  expect(await engine.cancelAll({ status: 'completed' })).toBe(0);
  await expect(engine.cancelAll({ status: [] })).rejects.toThrow('must not be an empty array');
  await expect(engine.cancelAll({ tag: '' })).rejects.toThrow('must not be empty');
  expect(await engine.cancelAll()).toBe(1);
  await runs[1];
  expect(await engine.cancelAll()).toBe(0);
});
