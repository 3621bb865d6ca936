import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { ExecutionEngine, ExecutionEvents } from 'escher-execution-engine';
import { LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { waitFor } from '../../support/wait';

type Removed = ExecutionEvents['removed'];

async function finished(engine: ExecutionEngine, key?: string): Promise<string> {
  const id = await engine.execute(sh('true', { key }));
  await engine.waitForCompletion(id);
  return id;
}

function removals(engine: ExecutionEngine): Removed[] {
  const all: Removed[] = [];
  engine.on('removed', (event) => all.push(event));
  return all;
}

describe('the event removed', () => {
  test('reports each reason, with id and key', async () => {
    const engine = makeEngine({ enableAutoCleanup: false, maxInMemoryExecutions: 1 });
    const all = removals(engine);
    const [first, second] = [await finished(engine, 'k'), await finished(engine)];
    expect(await engine.cleanup()).toBe(1);
    await engine.removeExecution(second);
    await waitFor('both removals', () => all.length === 2);
    expect(all).toEqual([
      { executionId: first, timestamp: expect.any(Number), key: 'k', reason: 'count' },
      { executionId: second, timestamp: expect.any(Number), key: null, reason: 'request' },
    ]);
    const aged = makeEngine({ enableAutoCleanup: false, executionRetentionSecs: 0 });
    const removed = once(aged, 'removed');
    const id = await finished(aged);
    await aged.cleanup();
    expect(await removed).toMatchObject([{ executionId: id, reason: 'retention' }]);
  });

  test('follows the end of the execution, also with the shortest retention', async () => {
    const engine = makeEngine({ executionRetentionSecs: 0, cleanupIntervalMs: 1 });
    const order: string[] = [];
    engine.on('settled', ({ executionId }) => order.push(`settled ${executionId}`));
    engine.on('removed', ({ executionId }) => order.push(`removed ${executionId}`));
    const ids = await Promise.all(Array.from({ length: 60 }, () => engine.execute(sh('true'))));
    await waitFor('all removals', () => order.length === 120);
    for (const id of ids) {
      expect(order.filter((entry) => entry.endsWith(id))).toEqual([
        `settled ${id}`,
        `removed ${id}`,
      ]);
    }
  });

  test('keeps a map by id clean, with ids that are used again', async () => {
    const engine = makeEngine({ enableAutoCleanup: false });
    const byId = new Map<string, number>();
    engine.on('started', ({ executionId, pid }) => byId.set(executionId, pid));
    engine.on('removed', ({ executionId }) => byId.delete(executionId));
    const id = randomUUID();
    for (let round = 0; round < 5; round++) {
      await engine.run(sh('true', { id }));
      await engine.removeExecution(id);
    }
    const running = engine.run(sh(LONG, { id }));
    await new Promise((resolve) => running.once('started', resolve));
    expect([...byId.keys()]).toEqual([id]);
  });

  test('allows calls of the engine in its listener, while others are being removed', async () => {
    const engine = makeEngine({ enableAutoCleanup: false });
    const ids = [await finished(engine), await finished(engine), await finished(engine)];
    const heard: string[] = [];
    engine.on('removed', ({ executionId }) => {
      heard.push(executionId);
      expect(engine.attach(executionId)).toBeUndefined();
      const next = ids.find((id) => engine.attach(id) !== undefined);
      if (next !== undefined) void engine.removeExecution(next);
    });
    await engine.removeExecution(ids[0] as string);
    await waitFor('all removals', () => heard.length === 3);
    expect(heard).toEqual(ids);
  });

  test('is not emitted for a record that was removed before its listener came', async () => {
    const engine = makeEngine({ enableAutoCleanup: false });
    await engine.removeExecution(await finished(engine));
    const all = removals(engine);
    engine.removeAllListeners('removed');
    await engine.removeExecution(await finished(engine));
    const again = removals(engine);
    const last = await finished(engine);
    await engine.removeExecution(last);
    await waitFor('the last removal', () => again.length === 1);
    expect(again[0]?.executionId).toBe(last);
    expect(all).toEqual([]);
  });
});
