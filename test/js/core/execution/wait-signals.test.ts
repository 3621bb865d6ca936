import { getEventListeners } from 'node:events';
import type { ExecutionEngine } from 'escher-execution-engine';
import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { names, record } from '../../support/events';
import { rejection } from '../../support/expectations';
import { reportOf } from '../../support/hosts';
import { isPending, waitFor } from '../../support/wait';

const reason = new Error('the user left');
const ABORTED = { name: 'AbortError', code: 'ABORT_ERR', cause: reason };

const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

/** Everything that waits, while a command runs. */
const waits: [
  string,
  (engine: ExecutionEngine, id: string, signal: AbortSignal) => Promise<unknown>,
][] = [
  ['waitForCompletion', (engine, id, signal) => engine.waitForCompletion(id, { signal })],
  [
    'waitForCompletion, with a time',
    (engine, id, signal) => engine.waitForCompletion(id, { signal, timeoutMs: 60_000 }),
  ],
  ['onIdle', (engine, _id, signal) => engine.onIdle({ signal })],
  [
    'sendInput',
    // More than a pipe holds, and the child does not read it.
    (engine, id, signal) => engine.sendInput(id, 'x'.repeat(1_000_000), { signal }),
  ],
];

describe.each(waits)('%s', (_, wait) => {
  test('rejects when its signal is aborted, and the command continues', async () => {
    const engine = makeEngine();
    const id = await engine.execute(sh(LONG, { stdin: 'pipe' }));
    const controller = new AbortController();
    const waiting = wait(engine, id, controller.signal);
    expect(await isPending(waiting)).toBe(true);
    expect(listenersOf(controller.signal)).toBe(1);
    controller.abort(reason);
    const error = await rejection(waiting);
    expect(error).toMatchObject(ABORTED);
    expect((error as Error).stack).toContain('AbortError: The operation was aborted');
    expect((error as Error).stack).toMatch(/ExecutionEngine\.\w+/);
    expect(listenersOf(controller.signal)).toBe(0);
    expect(['pending', 'running']).toContain(await engine.getStatus(id));
  });

  test('rejects at once when its signal is already aborted', async () => {
    const engine = makeEngine();
    const id = await engine.execute(sh(LONG, { stdin: 'pipe' }));
    const signal = AbortSignal.abort(reason);
    expect(await rejection(wait(engine, id, signal))).toMatchObject(ABORTED);
    expect(listenersOf(signal)).toBe(0);
  });

  test('accepts an AbortSignal only', async () => {
    const engine = makeEngine();
    const id = await engine.execute(sh(LONG, { stdin: 'pipe' }));
    expect(await rejection(wait(engine, id, 'soon' as never))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
      message: expect.stringContaining(
        '"options.signal" property must be an instance of AbortSignal',
      ),
    });
  });
});

test('a settled wait leaves no listener on its signal', async () => {
  const engine = makeEngine();
  const { signal } = new AbortController();
  const id = await engine.execute(sh('cat', { stdin: 'pipe' }), { signal });
  await engine.sendInput(id, 'hi', { signal });
  await rejection(engine.waitForCompletion(id, { signal, timeoutMs: 1 }));
  await engine.closeInput(id);
  const waiting = engine.waitForCompletion(id, { signal });
  await engine.onIdle({ signal });
  expect(await waiting).toMatchObject({ stdout: 'hi' });
  await rejection(engine.waitForCompletion('no such', { signal }));
  await rejection(engine.execute(exec('/nonexistent'), { signal }));
  expect(listenersOf(signal)).toBe(0);
});

test('settled waits keep no process alive', async () => {
  expect(await reportOf('ended-waits.cjs')).toEqual(['ABORT_ERR', 3]);
});

test('many waits share a listener', async () => {
  const engine = makeEngine();
  const controller = new AbortController();
  const id = await engine.execute(sh(LONG));
  const waiting = Array.from({ length: 50 }, () =>
    rejection(engine.waitForCompletion(id, { signal: controller.signal })),
  );
  expect(listenersOf(controller.signal)).toBe(1);
  controller.abort(reason);
  for (const error of await Promise.all(waiting)) expect(error).toMatchObject(ABORTED);
});

test('a signal affects only its own wait', async () => {
  const engine = makeEngine();
  const controller = new AbortController();
  const id = await engine.execute(sh('read _; exit 3', { stdin: 'pipe' }));
  const aborted = rejection(engine.waitForCompletion(id, { signal: controller.signal }));
  const other = engine.waitForCompletion(id);
  controller.abort(reason);
  expect(await aborted).toMatchObject(ABORTED);
  await engine.closeInput(id);
  expect(await other).toMatchObject({ exitCode: 3 });
});

test('an expired timeout is reported as such, with a signal given', async () => {
  const engine = makeEngine();
  const { signal } = new AbortController();
  const id = await engine.execute(sh(LONG));
  expect(await rejection(engine.waitForCompletion(id, { signal, timeoutMs: 1 }))).toMatchObject({
    code: 'ERR_WAIT_TIMEOUT',
  });
});

describe('execute()', () => {
  test('with an aborted signal starts nothing', async () => {
    const engine = makeEngine();
    const events = record(engine);
    const signal = AbortSignal.abort(reason);
    expect(await rejection(engine.execute(sh('echo never'), { signal }))).toMatchObject(ABORTED);
    expect(await engine.listExecutions()).toEqual([]);
    expect(names(events)).toEqual([]);
  });

  test.each(['its id', 'an id of the engine'])(
    'that is aborted before the admission leaves nothing running: %s',
    async (whose) => {
      const engine = makeEngine();
      const controller = new AbortController();
      const id = whose === 'its id' ? { id: '00000000-0000-4000-8000-000000000001' } : {};
      const execution = engine.execute(sh(LONG, id), { signal: controller.signal });
      controller.abort(reason);
      expect(await rejection(execution)).toMatchObject(ABORTED);
      expect(listenersOf(controller.signal)).toBe(0);
      await engine.onIdle();
      const [only] = await engine.listExecutions();
      expect(only).toMatchObject({ status: 'cancelled' });
    },
  );

  test('that is aborted leaves the execution with the same id alone', async () => {
    const engine = makeEngine();
    const id = await engine.execute(sh('read _; echo fine', { stdin: 'pipe' }));
    const controller = new AbortController();
    const second = engine.execute(sh('true', { id }), { signal: controller.signal });
    controller.abort(reason);
    expect(await rejection(second)).toMatchObject(ABORTED);
    // This call follows the withdrawn one, so all effects of that one are visible.
    await engine.cleanup();
    await engine.closeInput(id);
    expect(await engine.waitForCompletion(id)).toMatchObject({
      status: 'completed',
      stdout: 'fine\n',
    });
  });

  test('continues when the signal is aborted after the admission', async () => {
    const engine = makeEngine();
    const controller = new AbortController();
    const id = await engine.execute(sh('read _; echo hi', { stdin: 'pipe' }), {
      signal: controller.signal,
    });
    controller.abort(reason);
    await engine.closeInput(id);
    expect(await engine.waitForCompletion(id)).toMatchObject({ stdout: 'hi\n' });
  });

  test('rejects an invalid request, aborted or not', async () => {
    const engine = makeEngine();
    const signal = AbortSignal.abort(reason);
    expect(await rejection(engine.execute({} as never, { signal }))).toMatchObject({
      code: 'ERR_VALIDATION',
    });
  });

  test('rejects unknown options', async () => {
    const engine = makeEngine();
    expect(await rejection(engine.execute(sh('true'), { timeoutMs: 5 } as never))).toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: /options\.timeoutMs/,
    });
  });
});

test('shutdown() ignores later aborts', async () => {
  const engine = makeEngine();
  const { signal } = new AbortController();
  expect(await rejection(engine.shutdown({ signal } as never))).toMatchObject({
    code: 'ERR_INVALID_ARG_VALUE',
  });
  expect(await engine.run(sh('echo open'))).toMatchObject({ stdout: 'open\n' });
});

test('an end that coincides with the abort is reported as one of the two', async () => {
  const engine = makeEngine();
  for (let round = 0; round < 50; round++) {
    const controller = new AbortController();
    const execution = engine.execute(sh('true'), { signal: controller.signal });
    for (let turns = round % 10; turns > 0; turns--) await new Promise(setImmediate);
    controller.abort(reason);
    await execution.catch((error) => expect(error).toMatchObject(ABORTED));
    await engine.onIdle();
  }
  await waitFor('the end', async () => (await engine.runningCount()) === 0);
});
