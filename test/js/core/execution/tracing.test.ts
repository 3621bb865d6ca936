import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';
import type { ExecutionTrace } from 'escher-execution-engine';
import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { present, rejection } from '../../support/expectations';
import { reportOf } from '../../support/hosts';

const channels = tracingChannel<unknown, ExecutionTrace>('escher-execution-engine.execution');
const NAMES = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const;

const undo: (() => void)[] = [];
afterEach(() => {
  for (const end of undo.splice(0)) end();
});

/** Notes the messages from now on, as they were when they came. */
function listen(note: (name: string, message: ExecutionTrace) => void): void {
  for (const name of NAMES) {
    const subscriber = (message: unknown) => note(name, message as ExecutionTrace);
    channels[name].subscribe(subscriber);
    undo.push(() => channels[name].unsubscribe(subscriber));
  }
}

test('traces a command from its call to its end, around the terminal events', async () => {
  const seen: string[] = [];
  const messages = new Set<ExecutionTrace>();
  listen((name, message) => {
    messages.add(message);
    seen.push(
      `${name} ${message.pid === undefined ? '-' : 'pid'} ${message.result?.status ?? '-'}`,
    );
  });
  const engine = makeEngine();
  const execution = engine.run(
    sh('echo hi', { timeoutMs: 20_000, priority: 3, metadata: { source: 'test' } }),
  );
  seen.push('called');
  execution.on('started', () => seen.push('on started'));
  execution.on('completed', () => seen.push('on completed'));
  execution.on('settled', () => seen.push('on settled'));
  const result = await execution;
  seen.push('settled');
  expect(seen).toEqual([
    'start - -',
    'end - -',
    'called',
    'on started',
    'asyncStart pid completed',
    'on completed',
    'on settled',
    'asyncEnd pid completed',
    'settled',
  ]);
  expect([...messages]).toEqual([
    {
      executionId: execution.id,
      command: result.command,
      request: {
        type: 'shell',
        workingDir: null,
        timeoutMs: 20_000,
        idleTimeoutMs: null,
        stdin: 'ignore',
        priority: 3,
        metadata: { source: 'test' },
      },
      pid: result.pid,
      result: expect.objectContaining({ exitCode: 0, stdoutBytes: 3 }),
    },
  ]);
  expect(structuredClone([...messages])).toEqual([...messages]);
});

test('traces execute() the same way, and keeps concurrent executions apart', async () => {
  const seen = new Map<string, string[]>();
  listen((name, { executionId }) => {
    seen.set(executionId, [...(seen.get(executionId) ?? []), name]);
  });
  const engine = makeEngine({ maxConcurrentExecutions: 3, maxQueuedExecutions: 50 });
  const ids = await Promise.all(Array.from({ length: 20 }, () => engine.execute(sh('true'))));
  await engine.onIdle();
  for (const id of ids) {
    expect(seen.get(id)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
  }
  expect(seen.size).toBe(20);
});

describe('an error', () => {
  /** Which messages come, and the error of the last one. */
  async function errorsOf(act: () => PromiseLike<unknown>) {
    const seen: string[] = [];
    let last: ExecutionTrace | undefined;
    listen((name, message) => {
      seen.push(name);
      last = message;
    });
    await act();
    return { seen, error: present(last).error, result: present(last).result };
  }
  const withError = ['start', 'end', 'error', 'asyncStart', 'asyncEnd'];
  const without = ['start', 'end', 'asyncStart', 'asyncEnd'];

  test('is the rejection of a request', async () => {
    const engine = makeEngine();
    const { seen, error, result } = await errorsOf(() =>
      rejection(engine.execute(exec('/nonexistent'))),
    );
    expect(seen).toEqual(withError);
    expect(error).toMatchObject({ code: 'ERR_VALIDATION', reason: 'PROGRAM_NOT_FOUND' });
    expect(result).toBeUndefined();
  });

  test('is a process that could not be started', async () => {
    const engine = makeEngine();
    const { seen, error, result } = await errorsOf(() =>
      rejection(engine.run(exec('/bin/true', ['x'.repeat(4_000_000)])).result),
    );
    expect(seen).toEqual(withError);
    expect(error).toMatchObject({ code: 'ERR_SPAWN_FAILED', syscall: 'execve' });
    expect(result).toMatchObject({ status: 'failed', pid: null });
  });

  test('is a failed command only where that rejects', async () => {
    const engine = makeEngine();
    const asked = await errorsOf(() => rejection(engine.run(sh('exit 3'), { reject: true })));
    expect(asked.seen).toEqual(withError);
    expect(asked.error).toMatchObject({ code: 'ERR_COMMAND_FAILED' });
    for (const end of undo.splice(0)) end();
    const plain = await errorsOf(() => engine.run(sh('exit 3')));
    expect(plain.seen).toEqual(without);
    expect(plain.error).toBeUndefined();
    expect(plain.result).toMatchObject({ status: 'failed', exitCode: 3 });
  });

  test('is not a command that was cancelled before its start', async () => {
    const engine = makeEngine();
    const { seen, result } = await errorsOf(() =>
      engine.run(sh(LONG), { signal: AbortSignal.abort() }),
    );
    expect(seen).toEqual(without);
    expect(result).toMatchObject({ status: 'cancelled', pid: null });
  });

  test('is an engine that was shut down with the request pending', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1, maxQueuedExecutions: 5 });
    const seen: string[] = [];
    listen((name) => seen.push(name));
    const running = engine.run(sh(LONG));
    const waiting = engine.run(sh('true'));
    await engine.shutdown({ graceMs: 0 });
    await Promise.all([running, waiting]);
    expect(seen.filter((name) => name === 'asyncEnd')).toHaveLength(2);
  });
});

test('traces contain no secret', async () => {
  const secret = 'hunter2hunter2';
  const texts: string[] = [];
  listen((name, message) => texts.push(`${name} ${JSON.stringify(message)}`));
  const engine = makeEngine();
  const result = await engine.run(
    sh(`echo ${secret} $TOKEN; cat`, {
      redact: [secret],
      env: { TOKEN: 'another secret' },
      input: 'a third one',
      workingDir: '/tmp',
      metadata: { source: secret },
    }),
  );
  expect(result.command).toBe('echo *** $TOKEN; cat');
  expect(texts).toHaveLength(4);
  for (const text of texts) expect(text).not.toMatch(/hunter2|another|third|\/tmp/);
  expect(JSON.parse(present(texts[0]).slice('start '.length))).toMatchObject({ command: '***' });
  expect(JSON.parse(present(texts[3]).slice('asyncEnd '.length))).toMatchObject({
    command: 'echo *** $TOKEN; cat',
  });
});

test('listeners run within the store that a subscriber binds', async () => {
  const spans = new AsyncLocalStorage<string>();
  channels.start.bindStore(spans, ({ executionId }) => `span ${executionId}`);
  undo.push(() => channels.start.unbindStore(spans));
  const engine = makeEngine();
  const seen = new Set<unknown>();
  for (const event of ['started', 'stdout', 'settled'] as const) {
    engine.on(event, () => seen.add(spans.getStore()));
  }
  const execution = engine.run(sh('echo hi'));
  expect(spans.getStore()).toBeUndefined();
  await execution;
  expect([...seen]).toEqual([`span ${execution.id}`]);
});

test('a subscriber that throws changes nothing', async () => {
  expect(await reportOf('throwing-subscriber.cjs')).toEqual({
    caught: ['start', 'end', 'asyncStart', 'asyncEnd'],
    settled: ['completed'],
    stdout: 'hi\n',
  });
});

test('a subscriber that arrives after the start receives nothing of that execution', async () => {
  const engine = makeEngine();
  const seen: string[] = [];
  const execution = engine.run(sh('true'));
  listen((name) => seen.push(name));
  await execution;
  expect(seen).toEqual([]);
  await engine.run(sh('true'));
  expect(seen).toHaveLength(4);
});
