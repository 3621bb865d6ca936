import { once } from 'node:events';
import {
  type ExecutionEngine,
  ExecutionError,
  type ExecutionRequest,
} from 'escher-execution-engine';
import {
  createFakeEngine,
  type FakeAnswer,
  type FakeEngineOptions,
} from 'escher-execution-engine/testing';
import { exec, sh } from '../support/commands';
import { makeEngine } from '../support/engine';
import { executionError, rejection, thrown } from '../support/expectations';

/** Answers until it is ended. */
async function* endless(): AsyncGenerator<string, void> {
  for (let line = 0; ; line++) {
    yield `line ${line}`;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const answering = (answer: FakeAnswer, config = {}) =>
  createFakeEngine({ on: () => answer, config });

describe('an execution that is ended', () => {
  const cases: [string, object, (engine: ReturnType<typeof answering>, id: string) => unknown][] = [
    ['by cancel()', { status: 'cancelled', signal: 'SIGTERM' }, (engine, id) => engine.cancel(id)],
    [
      'by kill()',
      { status: 'failed', signal: 'SIGKILL' },
      (engine, id) => engine.kill(id, 'SIGKILL'),
    ],
    [
      'by a timeout',
      { status: 'timeout', error: { message: 'Execution timeout after 20ms' } },
      () => undefined,
    ],
  ];
  test.each(cases)('%s', async (_, expected, end) => {
    const state = { aborted: false, cleaned: false };
    const engine = createFakeEngine({
      async *on(_, { signal }) {
        signal.addEventListener('abort', () => {
          state.aborted = true;
        });
        try {
          yield* endless();
        } finally {
          state.cleaned = true;
        }
      },
    });
    const timeoutMs = 'error' in expected ? 20 : 60_000;
    const run = engine.run(exec('server', [], { timeoutMs }));
    await once(run as never, 'stdout');
    await end(engine, run.id);
    expect(await run).toMatchObject(expected);
    await new Promise((resolve) => setImmediate(resolve));
    expect(state).toEqual({ aborted: true, cleaned: true });
    expect(await run.cancel()).toBe(false);
    expect(await engine.kill(run.id, 'SIGTERM')).toBe(false);
  });

  test('by the signal of run(), before and after its start', async () => {
    const engine = answering(endless());
    const aborted = engine.run(exec('x'), { signal: AbortSignal.abort('why'), reject: true });
    expect(await executionError(aborted)).toMatchObject({ code: 'ERR_CANCELLED', cause: 'why' });
    expect(engine.requests).toEqual([]);
    const controller = new AbortController();
    const run = engine.run(exec('x'), { signal: controller.signal });
    await once(run as never, 'started');
    controller.abort();
    expect((await run).status).toBe('cancelled');
  });

  test('by shutdown(), which also ends what waits', async () => {
    const asked: string[] = [];
    const engine = createFakeEngine({
      on: (_, { id }) => {
        asked.push(id);
        return endless();
      },
      config: { maxConcurrentExecutions: 1, maxQueuedExecutions: 1 },
    });
    const [runs, waits] = [engine.run(exec('a')), engine.run(exec('b'))];
    await once(runs as never, 'started');
    expect(await engine.shutdown()).toEqual({ survivors: [] });
    expect([(await runs).status, (await waits).status]).toEqual(['cancelled', 'cancelled']);
    expect((await runs).termination?.reason).toBe('shutdown');
    expect(asked).toEqual([runs.id]);
    for (const call of [
      () => engine.execute(exec('x')),
      () => engine.stats(),
      () => engine.run(exec('x')),
    ])
      expect(await executionError(call())).toMatchObject({ code: 'ERR_ENGINE_CLOSED' });
  });
});

describe('limits', () => {
  test('let executions wait by their priority, and reject the rest', async () => {
    const order: string[] = [];
    const engine = createFakeEngine({
      on: ({ command }) => void order.push((command as { program: string }).program),
      config: { maxConcurrentExecutions: 1, maxQueuedExecutions: 2 },
    });
    const runs = [
      engine.run(exec('first')),
      engine.run(exec('low')),
      engine.run(exec('high', [], { priority: 1 })),
    ];
    expect([await engine.runningCount(), await engine.queuedCount()]).toEqual([1, 2]);
    const error = await executionError(engine.execute(exec('over')));
    expect(error.message).toBe(
      'Concurrency limit reached: 1 executions running, 2 waiting; "maxQueuedExecutions" is 2',
    );
    await Promise.all(runs);
    await engine.onIdle();
    expect(order).toEqual(['first', 'high', 'low']);
    expect(engine.requests).toHaveLength(3);
  });

  test('keep a queued execution that is cancelled from its start', async () => {
    const engine = answering(endless(), { maxConcurrentExecutions: 1, maxQueuedExecutions: 1 });
    const first = engine.run(exec('a'));
    const second = engine.run(exec('b'));
    await second.cancel();
    expect(await second).toMatchObject({ status: 'cancelled', pid: null, signal: null });
    await first.cancel();
  });
});

describe('errors are those of a real engine', () => {
  const id = '7d2f6b1e-0a35-4d0e-9f43-1b0f1c5a2e05';
  const requests: [string, object][] = [
    ['no command', {}],
    ['an unknown field', { ...sh('x'), cwd: '/' }],
    ['a wrong type', { ...sh('x'), timeoutMs: '5' }],
    ['a bad id', sh('x', { id: 'x' })],
    ['a timeout of 0', sh('x', { timeoutMs: 0 })],
    ['a long timeout', sh('x', { timeoutMs: 9e9 })],
    ['metadata', sh('x', { metadata: { big: 1n } as never })],
  ];
  const summary = (error: unknown) => {
    const { name, code, message, reason } = error as ExecutionError;
    return { name, code, message, reason };
  };

  test.each(requests)('for a request with %s', async (_, request) => {
    const engine = answering(undefined);
    const real = await rejection(makeEngine().execute(request as ExecutionRequest));
    const fake = await rejection(engine.execute(request as ExecutionRequest));
    expect(summary(fake)).toEqual(summary(real));
    expect(summary(await rejection(engine.run(request as ExecutionRequest)))).toEqual(
      summary(real),
    );
    expect((fake as Error).stack).toContain('fake-engine-ends.test');
  });

  test('for ids, records and waits', async () => {
    const [fake, real] = [answering(endless()), makeEngine()];
    const errorsOf = async (engine: typeof fake | ExecutionEngine): Promise<unknown[]> => {
      const errors = [await rejection(engine.getStatus(id))];
      await engine.execute(sh('sleep 60', { id }));
      errors.push(
        await rejection(engine.execute(sh('true', { id }))),
        await rejection(engine.removeExecution(id)),
        await rejection(engine.waitForCompletion(id, { timeoutMs: 1 })),
        await rejection(engine.kill(id, 'NOPE' as never)),
        await rejection(engine.addSecret(7 as never)),
        await rejection(engine.getResult(id, { redacted: false })),
        await rejection(engine.getResult(id, { redacted: 'no' as never })),
      );
      await engine.cancel(id);
      return errors.map(summary);
    };
    expect(await errorsOf(fake)).toEqual(await errorsOf(real));
  });

  test('what the test throws rejects the request, and leaves no record', async () => {
    const error = new ExecutionError('ERR_VALIDATION', 'no such program', {
      reason: 'PROGRAM_NOT_FOUND',
    });
    const engine = createFakeEngine({
      on: () => {
        throw error;
      },
    });
    expect(await rejection(engine.run(exec('x')))).toBe(error);
    expect(await engine.listExecutions()).toEqual([]);
    expect(await engine.runningCount()).toBe(0);
  });

  test.each<[unknown, typeof TypeError | typeof ExecutionError]>([
    [undefined, TypeError],
    [{}, TypeError],
    [{ on: 'x' }, TypeError],
    [{ on: () => 1, other: 1 }, TypeError],
    [{ on: () => 1, config: { maxConcurrentExecutions: 0 } }, ExecutionError],
    [{ on: () => 1, config: { unknown: 1 } }, ExecutionError],
  ])('options %p are refused', (options, type) => {
    expect(thrown(() => createFakeEngine(options as FakeEngineOptions))).toBeInstanceOf(type);
  });
});

describe('attach and removed', () => {
  test('work as those of an engine', async () => {
    const engine = createFakeEngine({ on: () => ['a', 'b'] });
    const removed: string[] = [];
    engine.on('removed', ({ executionId, reason }) => removed.push(`${executionId} ${reason}`));
    const id = await engine.execute(sh('anything', { key: 'k' }));
    const handle = engine.attach(id);
    expect(engine.attach(id)).toBe(handle);
    const lines: string[] = [];
    for await (const line of handle?.lines() ?? []) lines.push(line);
    expect(lines).toEqual(['a', 'b']);
    expect(await handle).toMatchObject({ success: true, key: 'k' });
    await engine.removeExecution(id);
    expect(engine.attach(id)).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve));
    expect(removed).toEqual([`${id} request`]);
    expect(() => engine.attach(1 as never)).toThrow(TypeError);
    await engine.shutdown();
    expect(engine.attach(id)).toBeUndefined();
  });
});
