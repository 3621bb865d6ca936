import { AsyncLocalStorage, createHook, executionAsyncId } from 'node:async_hooks';
import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { EVENTS } from '../../support/events';

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

test('listeners run in the async context of the call that started the execution', async () => {
  const engine = storage.run('engine', () => makeEngine());
  const seen = storage.run('listener', () => contexts(engine));
  const id = await storage.run('call', () =>
    engine.execute(sh('echo a; echo b >&2; echo 5%', { progress: { pattern: /(\d+)%/ } })),
  );
  await storage.run('waiter', () => engine.waitForCompletion(id));
  for (const event of [
    'started',
    'output',
    'stdout',
    'stderr',
    'progress',
    'statusChanged',
    'completed',
    'settled',
  ]) {
    expect([event, ...(seen.get(event) ?? [])]).toEqual([event, 'call']);
  }
});

test('listeners of a handle run in the same async context', async () => {
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

test('an iteration stays in its own async context', async () => {
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

test('hooks see one resource for each execution, from its call to its end', async () => {
  const engine = makeEngine();
  const seen = new Map<number, string[]>();
  const note = (id: number, what: string) => seen.get(id)?.push(what);
  const hook = createHook({
    init: (id, type, trigger) => {
      if (type === 'EscherExecution') seen.set(id, [`init by ${trigger === executionAsyncId()}`]);
    },
    before: (id) => note(id, 'before'),
    after: (id) => note(id, 'after'),
    destroy: (id) => note(id, 'destroy'),
  }).enable();
  try {
    const ids = new Set<number>();
    for (const event of ['started', 'settled'] as const) {
      engine.on(event, () => ids.add(executionAsyncId()));
    }
    const refused = engine.run(exec('/nonexistent'));
    await Promise.all([engine.run(sh('true')), engine.run(sh('exit 3')), refused.catch(() => 0)]);
    await engine.onIdle();
    // destroy hooks run a turn later.
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen.size).toBe(3);
    expect([...seen.keys()].filter((id) => ids.has(id))).toHaveLength(2);
    for (const [id, calls] of seen) {
      expect(calls[0]).toBe('init by true');
      expect(calls.at(-1)).toBe('destroy');
      expect(calls.filter((call) => call === 'destroy')).toHaveLength(1);
      const scopes = calls.filter((call) => call === 'before').length;
      expect(calls.filter((call) => call === 'after')).toHaveLength(scopes);
      if (ids.has(id)) expect(scopes).toBe(2);
    }
  } finally {
    hook.disable();
  }
});
