import { AsyncLocalStorage } from 'node:async_hooks';
import { LONG, sh } from './support/commands';
import { makeEngine } from './support/engine';
import { EVENTS } from './support/events';

const storage = new AsyncLocalStorage<string>();

/** Notes in which context each event arrives. */
function contexts(emitter: {
  on(event: never, listener: () => void): unknown;
}): Map<string, Set<unknown>> {
  const seen = new Map<string, Set<unknown>>();
  for (const event of EVENTS) {
    emitter.on(event as never, () => {
      const stores = seen.get(event) ?? new Set();
      seen.set(event, stores.add(storage.getStore()));
    });
  }
  return seen;
}

test('listeners run in the context of the call that made the execution', async () => {
  const engine = storage.run('engine', () => makeEngine());
  const seen = storage.run('listener', () => contexts(engine));
  const id = await storage.run('call', () => engine.execute(sh('echo a; echo b >&2')));
  await storage.run('waiter', () => engine.waitForCompletion(id));
  for (const event of [
    'started',
    'output',
    'stdout',
    'stderr',
    'statusChanged',
    'completed',
    'settled',
  ]) {
    expect([event, ...(seen.get(event) ?? [])]).toEqual([event, 'call']);
  }
});

test('listeners of a handle alike', async () => {
  const engine = makeEngine();
  const execution = storage.run('call', () => engine.run(sh(`echo a; ${LONG}`)));
  const seen = storage.run('listener', () => contexts(execution));
  await new Promise((resolve) => execution.once('stdout', resolve));
  await storage.run('canceller', () => execution.cancel());
  await execution;
  for (const event of ['stdout', 'cancelled', 'settled']) {
    expect([event, ...(seen.get(event) ?? [])]).toEqual([event, 'call']);
  }
});

test('executions at the same time keep their contexts apart', async () => {
  const engine = makeEngine({ maxConcurrentExecutions: 4, maxQueuedExecutions: 100 });
  const stores = new Map<string, Set<unknown>>();
  for (const event of EVENTS) {
    engine.on(event, ({ executionId }: { executionId: string }) => {
      const seen = stores.get(executionId) ?? new Set();
      stores.set(executionId, seen.add(storage.getStore()));
    });
  }
  const executions = Array.from({ length: 30 }, (_, index) =>
    storage.run(`call ${index}`, () => engine.run(sh('seq 1 200'))),
  );
  await Promise.all(executions);
  executions.forEach(({ id }, index) => {
    expect([...(stores.get(id) ?? [])]).toEqual([`call ${index}`]);
  });
});

test('an iteration stays in its own context', async () => {
  const engine = makeEngine();
  const execution = storage.run('call', () => engine.run(sh('seq 1 5')));
  const seen = await storage.run('reader', async () => {
    const stores = new Set<unknown>();
    for await (const _ of execution) stores.add(storage.getStore());
    await execution;
    return stores.add(storage.getStore());
  });
  expect([...seen]).toEqual(['reader']);
});
