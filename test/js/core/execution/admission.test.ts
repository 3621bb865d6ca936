import { randomUUID } from 'node:crypto';
import type { ExecutionEngine } from 'escher-execution-engine';
import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { payloads, record } from '../../support/events';
import { executionError } from '../../support/expectations';
import { isPending, waitFor } from '../../support/wait';

/** Occupies one slot until it is released. */
function occupy(engine: ExecutionEngine) {
  const execution = engine.run(sh('read _', { stdin: 'pipe' }));
  return {
    execution,
    async release() {
      execution.stdin.end();
      await execution;
    },
  };
}

describe('at the limit, without a queue', () => {
  test('a request is refused', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 2 });
    await engine.execute(sh(LONG));
    await engine.execute(sh(LONG));
    const error = await executionError(engine.execute(sh('echo no')));
    expect(error).toMatchObject({
      code: 'ERR_CONCURRENCY_LIMIT',
      message:
        'Concurrency limit reached: 2 executions running, 0 waiting; "maxQueuedExecutions" is 0',
    });
    expect(error.isRetryable).toBe(true);
    expect(await engine.runningCount()).toBe(2);
    expect(await engine.listExecutions()).toHaveLength(2);
  });

  test('run() rejects the same way', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1 });
    engine.run(sh(LONG)).catch(() => undefined);
    expect(await executionError(engine.run(sh('echo no')))).toMatchObject({
      code: 'ERR_CONCURRENCY_LIMIT',
    });
  });

  test('a refused id is free', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1 });
    const { release } = occupy(engine);
    const id = randomUUID();
    await executionError(engine.execute(sh('echo', { id })));
    expect(await executionError(engine.getStatus(id))).toMatchObject({
      code: 'ERR_EXECUTION_NOT_FOUND',
    });
    await release();
    expect(await engine.execute(sh('echo', { id }))).toBe(id);
  });

  test.each([
    ['success', sh('true')],
    ['failure', sh('false')],
    ['timeout', sh(LONG, { timeoutMs: 50 })],
    ['a spawn that fails', exec('/bin/true', ['x'.repeat(4_000_000)])],
    [
      'too much output',
      sh('yes', { maxOutputSizeBytes: 10, oversizedOutputStrategy: 'failExecution' }),
    ],
  ])('%s gives the place back', async (_, request) => {
    const engine = makeEngine({ maxConcurrentExecutions: 1 });
    for (let round = 0; round < 3; round++) {
      await engine.run(request).catch(() => undefined);
    }
    expect((await engine.run(sh('echo free'))).stdout).toBe('free\n');
    expect(await engine.runningCount()).toBe(0);
  });

  test('the slot is free at the terminal event, whatever the status', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1 });
    for (let round = 0; round < 200; round++) {
      const id = await engine.execute(round % 2 === 0 ? sh(LONG) : exec('/bin/true'));
      if (round % 2 === 0) await engine.cancel(id);
      await engine.waitForCompletion(id);
    }
  });

  test('a terminal listener can use the slot', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1 });
    let left = 100;
    const refused: unknown[] = [];
    const done = new Promise<void>((resolve) => {
      engine.on('settled', () => {
        if (left-- === 0) resolve();
        else
          engine.execute(exec('/bin/true')).catch((error: unknown) => {
            refused.push(error);
            resolve();
          });
      });
    });
    await engine.execute(exec('/bin/true'));
    await done;
    expect(refused).toEqual([]);
  });

  test('a rejected request takes no slot', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1 });
    await executionError(engine.execute(exec('/nonexistent')));
    expect((await engine.run(sh('echo free'))).stdout).toBe('free\n');
  });
});

describe('the queue', () => {
  test('holds up to maxQueuedExecutions', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1, maxQueuedExecutions: 2 });
    const { execution, release } = occupy(engine);
    const waiting = [engine.run(sh('echo 1')), engine.run(sh('echo 2'))];
    const error = await executionError(engine.run(sh('echo 3')));
    expect(error).toMatchObject({
      code: 'ERR_CONCURRENCY_LIMIT',
      message:
        'Concurrency limit reached: 1 executions running, 2 waiting; "maxQueuedExecutions" is 2',
    });
    expect([await engine.runningCount(), await engine.queuedCount()]).toEqual([1, 2]);
    expect(await Promise.all(waiting.map(({ id }) => engine.getStatus(id)))).toEqual([
      'pending',
      'pending',
    ]);
    await waitFor(
      'the first to run',
      async () => (await engine.getStatus(execution.id)) === 'running',
    );
    await release();
    expect((await Promise.all(waiting)).map(({ stdout }) => stdout)).toEqual(['1\n', '2\n']);
    expect([await engine.runningCount(), await engine.queuedCount()]).toEqual([0, 0]);
  });

  test('is ordered by priority, then first come', async () => {
    const engine = makeEngine({
      maxConcurrentExecutions: 1,
      maxQueuedExecutions: Number.POSITIVE_INFINITY,
    });
    const { release } = occupy(engine);
    const requests: [name: string, priority: number | undefined][] = [
      ['a', undefined],
      ['b', 5],
      ['c', -1],
      ['d', 5],
      ['e', 0],
      ['f', 10],
      ['g', 0.5],
    ];
    const started: string[] = [];
    engine.on('started', ({ command }) => started.push(command));
    const waiting = requests.map(([name, priority]) =>
      engine.run(sh(`echo ${name}`, { priority })),
    );
    await waitFor('all to wait', async () => (await engine.queuedCount()) === requests.length);
    await release();
    await Promise.all(waiting);
    expect(started.slice(-requests.length).map((command) => command.slice(5))).toEqual([
      'f',
      'b',
      'd',
      'g',
      'a',
      'e',
      'c',
    ]);
  });

  test('reports how long a request has waited', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1, maxQueuedExecutions: 1 });
    const first = engine.run(sh('sleep 0.5'));
    const second = await engine.run(sh('true'));
    expect(second.queuedMs).toBeGreaterThanOrEqual(300);
    expect(second.durationMs).toBeLessThan(second.queuedMs + 30_000);
    expect((await first).queuedMs).toBeLessThan(second.queuedMs);
  });

  test('never lets more run than the limit allows', async () => {
    const limit = 4;
    const engine = makeEngine({ maxConcurrentExecutions: limit, maxQueuedExecutions: 1000 });
    const events = record(engine, ['started', 'settled']);
    await Promise.all(Array.from({ length: 100 }, () => engine.run(exec('/bin/true'))));
    let [running, most] = [0, 0];
    for (const { event } of events) {
      running += event === 'started' ? 1 : -1;
      most = Math.max(most, running);
    }
    expect(payloads(events, 'settled')).toHaveLength(100);
    expect(most).toBeLessThanOrEqual(limit);
    expect(most).toBeGreaterThan(1);
  });

  test('uses every slot', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 8, maxQueuedExecutions: 100 });
    const places = Array.from({ length: 8 }, () => occupy(engine));
    await waitFor('all to run', async () => {
      const states = await Promise.all(
        places.map(({ execution }) => engine.getStatus(execution.id)),
      );
      return states.every((state) => state === 'running');
    });
    await Promise.all(places.map(({ release }) => release()));
  });
});

describe('ids', () => {
  test('are generated by default', async () => {
    const engine = makeEngine();
    const ids = await Promise.all(
      Array.from({ length: 50 }, () => engine.execute(exec('/bin/true'))),
    );
    expect(new Set(ids).size).toBe(50);
    for (const id of ids) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });

  test('of run() are available synchronously', async () => {
    const engine = makeEngine();
    const id = randomUUID();
    expect(engine.run(sh('true', { id })).id).toBe(id);
    const other = engine.run(sh('true'));
    expect(await engine.getStatus(other.id)).toBe('pending');
  });

  test('that the engine holds are rejected', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1, maxQueuedExecutions: 1 });
    const [running, queued] = [randomUUID(), randomUUID()];
    await engine.execute(sh('read _', { id: running, stdin: 'pipe' }));
    await engine.execute(sh('true', { id: queued }));
    for (const id of [running, queued]) {
      const error = await executionError(engine.execute(sh('echo second', { id })));
      expect(error).toMatchObject({ code: 'ERR_DUPLICATE_ID' });
      expect(error.message).toContain(id);
    }
    await engine.closeInput(running);
    await Promise.all([running, queued].map((id) => engine.waitForCompletion(id)));
    // Finished ones are still held.
    expect(await executionError(engine.execute(sh('true', { id: running })))).toMatchObject({
      code: 'ERR_DUPLICATE_ID',
    });
    await engine.removeExecution(running);
    expect(await engine.execute(sh('true', { id: running }))).toBe(running);
  });

  test('differ by more than their case', async () => {
    const engine = makeEngine();
    const id = 'ABCDEF01-2345-4678-9ABC-DEF012345678';
    await engine.run(sh('true', { id }));
    expect(
      await executionError(engine.execute(sh('true', { id: id.toLowerCase() }))),
    ).toMatchObject({
      code: 'ERR_DUPLICATE_ID',
    });
    expect(await engine.getStatus(id)).toBe('completed');
    expect(await engine.getStatus(id.toLowerCase())).toBe('completed');
  });
});

describe('onIdle', () => {
  test('resolves at once when there is nothing', async () => {
    await makeEngine().onIdle();
  });

  test('waits for running and queued executions', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1, maxQueuedExecutions: 5 });
    const { release } = occupy(engine);
    const waiting = engine.run(sh('echo hi'));
    const idle = engine.onIdle();
    expect(await isPending(idle)).toBe(true);
    await release();
    await idle;
    expect(await engine.getStatus(waiting.id)).toBe('completed');
    expect([await engine.runningCount(), await engine.queuedCount()]).toEqual([0, 0]);
  });
});
