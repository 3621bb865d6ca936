import type { RetriedExecution, RetryingEvent } from 'escher-execution-engine/plan';
import { retryWith } from '../../../../lib/plan/retry/retry';
import { sh } from '../../support/commands';
import { exited, FakeClock, FakeEngine, resultOf, turn } from '../../support/fake-engine';

function start(policy: object = {}, options: object = {}, request: object = sh('true')) {
  const engine = new FakeEngine();
  const clock = new FakeClock();
  const whole = { attempts: 3, on: ['exit'], ...policy };
  const run = retryWith(engine.api, request as never, whole as never, options, clock);
  return { engine, clock, run };
}

/** Ends the attempt under way, and the delay after it. */
async function fail(engine: FakeEngine, clock: FakeClock): Promise<void> {
  engine.last.end(exited(1));
  await turn();
  clock.wake();
  await turn();
}

const record = (run: RetriedExecution): string[] => {
  const events: string[] = [];
  for (const name of [
    'started',
    'retrying',
    'completed',
    'failed',
    'cancelled',
    'settled',
  ] as const)
    run.on(name, () => events.push(name));
  return events;
};

test('a failed command is run again after the delays of the policy', async () => {
  const { engine, clock, run } = start();
  await fail(engine, clock);
  await fail(engine, clock);
  engine.last.end(exited(0));
  const result = await run;
  expect(result).toMatchObject({ success: true, id: engine.last.id });
  expect(result.attempts.map(({ exitCode }) => exitCode)).toEqual([1, 1, 0]);
  expect(clock.delays).toEqual([1000, 2000]);
});

test('the result of the last attempt is that of the whole', async () => {
  const { engine, clock, run } = start({ attempts: 2 });
  await fail(engine, clock);
  engine.last.end(exited(7));
  expect(await run).toMatchObject({ exitCode: 7, status: 'failed' });
  expect(engine.runs).toHaveLength(2);
});

test('each attempt has an id and a tag of its own', async () => {
  const id = 'b8f6ab0c-19b3-4f0c-8b0e-0d8f0c0f0a01';
  const request = sh('true', {
    id,
    metadata: { source: 'test', tags: { kind: 'a', attempt: 'x' } },
  });
  const { engine, clock, run } = start({}, {}, request);
  expect(run.id).toBe(id);
  await fail(engine, clock);
  expect(run.id).toBe(engine.last.id);
  expect(engine.runs.map(({ tags }) => tags)).toEqual([
    { kind: 'a', attempt: '1' },
    { kind: 'a', attempt: '2' },
  ]);
  expect(new Set(engine.runs.map(({ id }) => id)).size).toBe(2);
  await run.cancel();
});

test('the terminal event is that of the last attempt', async () => {
  const { engine, clock, run } = start();
  const events = record(run);
  engine.last.start();
  await fail(engine, clock);
  engine.last.start();
  engine.last.end(exited(0));
  await run;
  expect(events).toEqual(['started', 'retrying', 'started', 'completed', 'settled']);
});

test('retrying reports the failed attempt and the delay', async () => {
  const { engine, clock, run } = start();
  const payloads: RetryingEvent[] = [];
  run.on('retrying', (payload) => payloads.push(payload));
  const first = engine.last.id;
  await fail(engine, clock);
  expect(payloads).toEqual([
    {
      executionId: first,
      timestamp: expect.any(Number),
      attempt: 1,
      delayMs: 1000,
      result: expect.objectContaining({ id: first, exitCode: 1 }),
    },
  ]);
  expect(payloads[0]?.result).not.toHaveProperty('stdout');
  await run.cancel();
});

test('a cancel during an attempt is final', async () => {
  const { engine, run } = start();
  expect(await run.cancel()).toBe(true);
  expect(await run).toMatchObject({ status: 'cancelled' });
  expect(engine.runs).toHaveLength(1);
  expect(engine.last.cancels).toBe(1);
  expect(await run.cancel()).toBe(false);
});

test('a cancel during a delay ends it without another process', async () => {
  const { engine, run } = start();
  const events = record(run);
  engine.last.end(exited(1));
  await turn();
  expect(await run.cancel()).toBe(true);
  const result = await run;
  expect(result.attempts.map(({ status }) => status)).toEqual(['failed', 'cancelled']);
  expect(result.status).toBe('cancelled');
  expect(events).toEqual(['retrying', 'cancelled', 'settled']);
});

test('no attempt follows a failure that comes with the cancel', async () => {
  const { engine, run } = start();
  engine.last.end(exited(1));
  expect(await run.cancel()).toBe(false);
  expect(await run).toMatchObject({ status: 'failed' });
  expect(engine.runs).toHaveLength(1);
});

test('a signal that aborts in a delay cancels the whole', async () => {
  const controller = new AbortController();
  const { engine, run } = start({}, { signal: controller.signal });
  engine.last.end(exited(1));
  await turn();
  controller.abort();
  expect(await run).toMatchObject({ status: 'cancelled' });
});

test('a signal that was aborted before the call starts no process', async () => {
  const { engine, run } = start({}, { signal: AbortSignal.abort() });
  expect(await run).toMatchObject({ status: 'cancelled' });
  expect(engine.runs).toHaveLength(1);
});

test('reject rejects with the last result and all attempts', async () => {
  const { engine, clock, run } = start({ attempts: 2 }, { reject: true });
  await fail(engine, clock);
  engine.last.end(exited(7));
  await expect(run).rejects.toMatchObject({
    code: 'ERR_COMMAND_FAILED',
    result: { exitCode: 7, attempts: [{ exitCode: 1 }, { exitCode: 7 }] },
  });
});

test('a failed launch is retried, and rejects at the end', async () => {
  const failed = () =>
    resultOf({ status: 'failed', error: { code: 'ERR_SPAWN_FAILED', message: 'no' } });
  const { engine, clock, run } = start({ attempts: 2, on: undefined });
  engine.last.end(failed());
  await turn();
  clock.wake();
  await turn();
  engine.last.end(failed());
  await expect(run).rejects.toMatchObject({
    code: 'ERR_SPAWN_FAILED',
    result: { attempts: [{}, {}] },
  });
});

test('a refusal for want of a place is an attempt without a result', async () => {
  const { engine, clock, run } = start({ on: ['launch'] });
  const payloads: RetryingEvent[] = [];
  run.on('retrying', (payload) => payloads.push(payload));
  engine.last.refuse('ERR_CONCURRENCY_LIMIT');
  await turn();
  clock.wake();
  await turn();
  engine.last.end(exited(0));
  expect((await run).attempts).toHaveLength(1);
  expect(payloads).toMatchObject([{ attempt: 1, result: null }]);
});

test('a rejected request is not repeated', async () => {
  const { engine, run } = start({ on: ['launch', 'exit'] });
  engine.last.refuse('ERR_VALIDATION');
  await expect(run).rejects.toMatchObject({ code: 'ERR_VALIDATION' });
  expect(engine.runs).toHaveLength(1);
});

test('later changes of the request have no effect', async () => {
  const request = { command: { type: 'exec', program: 'a', args: ['1'] }, env: { A: '1' } };
  const { engine, clock, run } = start({}, {}, request);
  request.command.program = 'b';
  request.command.args[0] = '2';
  request.env.A = '2';
  await fail(engine, clock);
  expect(engine.last.request).toMatchObject({
    command: { program: 'a', args: ['1'] },
    env: { A: '1' },
  });
  await run.cancel();
});

test.each([
  [{ attempts: 0 }, sh('true'), 'ERR_OUT_OF_RANGE'],
  [{}, sh('cat', { stdin: 'pipe' }), 'ERR_INVALID_ARG_VALUE'],
  [{}, Object.create({ command: {} }), 'ERR_INVALID_ARG_TYPE'],
  [{}, null, 'ERR_INVALID_ARG_TYPE'],
])('policy %p with the request %p rejects without a process', async (policy, request, code) => {
  const { engine, run } = start(policy, {}, request);
  await expect(run).rejects.toMatchObject({ code });
  await expect(run[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code });
  expect(await run.cancel()).toBe(false);
  expect(engine.runs).toHaveLength(0);
});
