import { AsyncLocalStorage } from 'node:async_hooks';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { ExecutionEngine, ExecutionRequest } from 'escher-execution-engine';
import { executePlan, retry } from 'escher-execution-engine/plan';
import { createFakeEngine, type FakeAnswer } from 'escher-execution-engine/testing';
import { exec, sh } from '../support/commands';
import { makeEngine } from '../support/engine';
import { names, record } from '../support/events';
import { executionError, rejection } from '../support/expectations';
import { root } from '../support/repository';

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
      [
        ...[
          'id',
          'pid',
          'startedAt',
          'completedAt',
          'durationMs',
          'queuedMs',
          'launchMs',
          'resourceUsage',
        ],
      ].map((field) => [field, expect.anything()]),
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
