import { AsyncLocalStorage } from 'node:async_hooks';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import {
  type ExecutionEngine,
  ExecutionError,
  type ExecutionRequest,
} from 'escher-execution-engine';
import { executePlan, retry } from 'escher-execution-engine/plan';
import {
  createFakeEngine,
  type FakeAnswer,
  type FakeEngineOptions,
} from 'escher-execution-engine/testing';
import { exec, sh } from '../support/commands';
import { makeEngine } from '../support/engine';
import { names, record } from '../support/events';
import { executionError, rejection, thrown } from '../support/expectations';
import { root } from '../support/repository';

/** Answers until it is ended. */
async function* endless(): AsyncGenerator<string, void> {
  for (let line = 0; ; line++) {
    yield `line ${line}`;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const answering = (answer: FakeAnswer, config = {}) =>
  createFakeEngine({ on: () => answer, config });

describe('a result', () => {
  test('of nothing is a success without output', async () => {
    const result = await answering(undefined).run(exec('make', ['all']));
    expect(result).toMatchObject({
      status: 'completed',
      success: true,
      exitCode: 0,
      signal: null,
      stdout: '',
      command: 'make all',
      error: null,
      pid: expect.any(Number),
    });
  });

  test('has the fields of that of a real engine', async () => {
    const [real, fake] = await Promise.all([
      makeEngine().run(sh('echo a; exit 3', { metadata: { source: 'test' } })),
      answering({ exitCode: 3, stdout: 'a\n' }).run(
        sh('echo a; exit 3', { metadata: { source: 'test' } }),
      ),
    ]);
    const times = Object.fromEntries(
      [...['id', 'pid', 'startedAt', 'completedAt', 'durationMs', 'queuedMs', 'resourceUsage']].map(
        (field) => [field, expect.anything()],
      ),
    );
    expect(fake).toEqual({ ...real, ...times });
  });

  test.each<[string, FakeAnswer, object]>([
    ['text is stdout', 'a\nb', { stdout: 'a\nb', stdoutBytes: 3, success: true }],
    [
      'lines',
      ['a', { stream: 'stderr', line: 'e' }, 'b\nc'],
      { stdout: 'a\nb\nc\n', stderr: 'e\n' },
    ],
    [
      'a signal',
      { signal: 'SIGKILL' },
      { status: 'failed', exitCode: null, error: { message: 'Command was killed by SIGKILL' } },
    ],
    [
      'an error',
      { error: { code: 'ERR_TIMEOUT', message: 'late' } },
      { status: 'timeout', exitCode: null, error: { code: 'ERR_TIMEOUT', message: 'late' } },
    ],
    [
      'a status',
      { status: 'cancelled' },
      { status: 'cancelled', error: { code: 'ERR_CANCELLED' } },
    ],
    [
      'other fields',
      { durationMs: 12, outputIncomplete: true },
      { durationMs: 12, outputIncomplete: true },
    ],
  ])('from %s', async (_, answer, expected) => {
    expect(await answering(answer).run(exec('x'))).toMatchObject(expected);
  });

  test('from a generator, which returns it', async () => {
    const engine = createFakeEngine({
      *on() {
        yield 'a';
        yield { stream: 'stderr', line: 'b' };
        return { exitCode: 2, stderr: 'end' };
      },
    });
    expect(await engine.run(exec('x'))).toMatchObject({
      exitCode: 2,
      stdout: 'a\n',
      stderr: 'b\nend',
    });
  });

  test('from a promise', async () => {
    const engine = createFakeEngine({ on: async () => ({ exitCode: 1 }) });
    const run = engine.run(exec('x'), { reject: true });
    expect(await executionError(run)).toMatchObject({
      code: 'ERR_COMMAND_FAILED',
      message: 'Command failed with exit code 1: x',
      result: { exitCode: 1 },
    });
  });

  test('that is not one fails the execution or rejects the request', async () => {
    const unknown = answering({ exit: 3 } as FakeAnswer);
    expect(await rejection(unknown.run(exec('x')))).toBeInstanceOf(TypeError);
    const late = createFakeEngine({ on: async () => 5 as unknown as FakeAnswer });
    expect(await executionError(late.run(exec('x')))).toMatchObject({ code: 'ERR_INTERNAL' });
  });
});

describe('events', () => {
  test('are those of a real engine', async () => {
    const request = sh('echo a; echo b >&2; exit 1');
    const real = makeEngine();
    const fake = createFakeEngine({
      on: () => ['a', { stream: 'stderr', line: 'b' }, { line: '' }],
    });
    const eventsOf = async (engine: typeof fake | ExecutionEngine): Promise<string[]> => {
      const events = record(engine as ExecutionEngine);
      await engine.run(request);
      return names(events);
    };
    const [realNames, fakeNames] = [await eventsOf(real), await eventsOf(fake)];
    const isEnd = (name: string) => ['failed', 'completed'].includes(name);
    expect(fakeNames.filter((name) => !isEnd(name)).slice(0, 3)).toEqual(
      realNames.filter((name) => !isEnd(name)).slice(0, 3),
    );
    expect(fakeNames.slice(-3)).toEqual(['statusChanged', 'completed', 'settled']);
  });

  test('come after execute() has resolved, in the context of the caller', async () => {
    const engine = answering('out\n');
    const storage = new AsyncLocalStorage<string>();
    const id = await storage.run('caller', () => engine.execute(exec('x')));
    const seen: unknown[] = [];
    engine.on('started', ({ executionId }) => seen.push(executionId, storage.getStore()));
    engine.on('stdout', ({ line }) => seen.push(line, storage.getStore()));
    await engine.waitForCompletion(id);
    expect(seen).toEqual([id, 'caller', 'out', 'caller']);
  });

  test('of a launch that failed have no start', async () => {
    const engine = answering({
      error: { code: 'ERR_SPAWN_FAILED', message: 'Process spawn failed', errno: -12 },
    });
    const events: string[] = [];
    engine.on('started', () => events.push('started')).on('failed', () => events.push('failed'));
    const error = await executionError(engine.run(exec('x')));
    expect(error).toMatchObject({ code: 'ERR_SPAWN_FAILED', errno: -12, isRetryable: true });
    expect(error.result).toMatchObject({ pid: null });
    expect(events).toEqual(['failed']);
    expect((await engine.stats()).spawnFailures).toBe(1);
  });
});

describe('a handle', () => {
  test('has iterators, streams and listeners', async () => {
    const engine = answering(['a', { stream: 'stderr', line: 'b' }, 'c']);
    const run = engine.run(exec('x'));
    const settled = once(run as never, 'settled');
    const lines: string[] = [];
    for await (const { stream, line, seq } of run) lines.push(`${seq} ${stream} ${line}`);
    expect(lines).toEqual(['0 stdout a', '1 stderr b', '2 stdout c']);
    expect((await settled)[0]).toMatchObject({ executionId: run.id });
    const late: string[] = [];
    for await (const line of run.lines('stdout')) late.push(line);
    expect(late).toEqual(['a', 'c']);
    expect(await text(run.readable('stdout', { encoding: 'buffer' }))).toBe('a\nc\n');
    expect((await engine.getResult(run.id, { encoding: 'buffer' }))?.stdout).toEqual(
      Buffer.from('a\nc\n'),
    );
  });

  test('passes its input to the answer', async () => {
    const engine = createFakeEngine({
      async *on(_, { input }) {
        for await (const piece of input) yield `got ${piece}`;
      },
    });
    const run = engine.run(exec('cat', [], { stdin: 'pipe' }));
    run.stdin.write('one');
    run.stdin.end('two');
    expect((await run).stdout).toBe('got one\ngot two\n');
    expect((await engine.run(exec('cat', [], { input: 'given' }))).stdout).toBe('got given\n');
    expect((await engine.run(exec('cat'))).stdout).toBe('');
    const id = await engine.execute(exec('cat', [], { stdin: 'pipe' }));
    await engine.sendInput(id, Buffer.from('é'));
    await engine.closeInput(id);
    expect((await executionError(engine.sendInput(id, 'x'))).message).toContain(
      'closed by closeInput',
    );
    expect((await engine.waitForCompletion(id)).stdout).toBe('got é\n');
    const other = await engine.execute(exec('cat'));
    expect(await executionError(engine.sendInput(other, 'x'))).toMatchObject({ code: 'ERR_IO' });
  });

  test('is held back by a slow reader', async () => {
    let made = 0;
    const engine = createFakeEngine({
      *on() {
        for (; made < 10_000; made++) yield 'x'.repeat(99);
      },
      config: { maxPendingEventBytes: 100_000 },
    });
    const iterator = engine.run(exec('x'))[Symbol.asyncIterator]();
    await iterator.next();
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(made).toBeLessThan(5000);
    let lines = 1;
    while (!(await iterator.next()).done) lines++;
    expect(lines).toBe(10_000);
  });
});

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
    expect((fake as Error).stack).toContain('fake-engine.test');
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

test('records are listed, counted and removed', async () => {
  const engine = answering('12345', { maxInMemoryExecutions: 1 });
  const first = await engine.run(exec('a', [], { metadata: { tags: { k: 'v' } } }));
  const second = await engine.run(exec('b'));
  expect((await engine.listExecutions()).map(({ command }) => command)).toEqual(['b', 'a']);
  expect(await engine.listExecutions({ tag: 'k=v' })).toMatchObject([{ id: first.id }]);
  expect(await engine.listExecutions({ status: 'failed' })).toEqual([]);
  expect(await engine.stats()).toMatchObject({
    counts: { completed: 2 },
    retainedRecords: 2,
    retainedBytes: 10,
    totalLines: 2,
  });
  expect(await engine.cleanup()).toBe(1);
  await engine.removeExecution(second.id);
  expect(await executionError(engine.getResult(second.id))).toMatchObject({
    code: 'ERR_EXECUTION_NOT_FOUND',
  });
});

test('retries and plans run on it', async () => {
  let attempts = 0;
  const engine = createFakeEngine({ on: () => ({ exitCode: ++attempts < 3 ? 1 : 0 }) });
  const policy = { attempts: 5, delayMs: 0, on: ['exit'] as const };
  expect(await retry(engine, exec('x'), { ...policy, on: ['exit'] })).toMatchObject({
    success: true,
  });
  expect(attempts).toBe(3);
  const plan = executePlan(engine, {
    strategy: { type: 'serial' },
    commands: [exec('a'), exec('b')],
  });
  expect((await plan).stats).toMatchObject({ completed: 2 });
});

test('the configuration has the defaults of a real engine', () => {
  const fake = answering(undefined).config;
  const real = makeEngine().config;
  for (const field of Object.keys(fake) as (keyof typeof fake)[])
    expect([field, fake[field]]).toEqual([field, real[field]]);
  expect(answering(undefined, { maxTimeoutMs: 5 }).config.defaultTimeoutMs).toBe(5);
  expect(Object.isFrozen(fake)).toBe(true);
});

test('a test can replace the timers, and let timeouts expire', async () => {
  jest.useFakeTimers();
  try {
    const engine = createFakeEngine({ on: () => new Promise<never>(() => undefined) });
    const run = engine.run(exec('x', [], { timeoutMs: 60_000 }));
    await once(run as never, 'started');
    jest.advanceTimersByTime(60_000);
    expect((await run).status).toBe('timeout');
    const refused = engine.run({} as ExecutionRequest);
    expect(await executionError(refused)).toMatchObject({ code: 'ERR_VALIDATION' });
    const aborted = await engine.run(exec('x'), { signal: AbortSignal.abort() });
    expect(aborted.status).toBe('cancelled');
  } finally {
    jest.useRealTimers();
  }
});

test('it needs no native binary', () => {
  const program = `
    const { createFakeEngine } = require('escher-execution-engine/testing');
    createFakeEngine({ on: () => 'out' })
      .run({ command: { type: 'exec', program: 'x' } })
      .then(({ stdout }) => console.log(stdout));`;
  const env = { ...process.env, ESCHER_EXECUTION_ENGINE_BINARY: '/nowhere.node' };
  const output = execFileSync(process.execPath, ['-e', program], { cwd: root, env });
  expect(output.toString()).toBe('out\n');
});
