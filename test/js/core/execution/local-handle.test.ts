import { getEventListeners } from 'node:events';
import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { executionError, present } from '../../support/expectations';
import { processGroupMembers } from '../../support/processes';

describe('the handle as a promise', () => {
  test('gives the result when awaited', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('echo hi'));
    const result = await execution;
    expect(result).toMatchObject({ id: execution.id, stdout: 'hi\n' });
    expect(await execution.result).toBe(await execution.result);
    expect(await execution).toEqual(result);
  });

  test('resolves for every end of a process', async () => {
    const engine = makeEngine();
    const executions = [sh('exit 3'), sh('kill -9 $$'), sh(LONG, { timeoutMs: 100 })].map(
      (request) => engine.run(request),
    );
    const statuses = (await Promise.all(executions)).map(({ status }) => status);
    expect(statuses).toEqual(['failed', 'failed', 'timeout']);
  });

  test('has then, catch and finally', async () => {
    const engine = makeEngine();
    expect(await engine.run(sh('exit 2')).then(({ exitCode }) => exitCode)).toBe(2);
    expect(await engine.run(exec('/nonexistent')).catch((error) => error)).toMatchObject({
      code: 'ERR_VALIDATION',
    });
    let over = false;
    await engine.run(sh('true')).finally(() => {
      over = true;
    });
    expect(over).toBe(true);
    expect(await Promise.all([engine.run(sh('exit 1')), engine.run(sh('exit 2'))])).toMatchObject([
      { exitCode: 1 },
      { exitCode: 2 },
    ]);
  });

  test('knows the pid from the start of the process on', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1, maxQueuedExecutions: 1 });
    const first = engine.run(sh('echo $$'));
    const second = engine.run(sh('true'));
    expect(second.pid).toBeUndefined();
    const result = await first;
    expect(first.pid).toBe(Number(result.stdout));
    expect(result.pid).toBe(first.pid);
    await second;
  });
});

describe('reject: true', () => {
  test('resolves with a success', async () => {
    const engine = makeEngine();
    expect(await engine.run(sh('echo hi'), { reject: true })).toMatchObject({ stdout: 'hi\n' });
  });

  test.each([
    ['a failure', sh('echo out; exit 3'), 'ERR_COMMAND_FAILED', 'Command failed with exit code 3'],
    ['a timeout', sh(LONG, { timeoutMs: 100 }), 'ERR_TIMEOUT', 'Execution timeout after 100ms'],
  ])('rejects with %s, bearing the result', async (_, request, code, message) => {
    const engine = makeEngine();
    const error = await executionError(engine.run(request, { reject: true }));
    expect(error.code).toBe(code);
    expect(error.message).toContain(`${message}: `);
    expect(present(error.result).error).toMatchObject({ code, message });
  });

  test('rejects with a cancellation', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh(LONG), { reject: true });
    const rejected = executionError(execution);
    await execution.cancel();
    expect(await rejected).toMatchObject({
      code: 'ERR_CANCELLED',
      result: { status: 'cancelled' },
    });
  });
});

describe('signal', () => {
  test('that is already aborted starts no process', async () => {
    const engine = makeEngine();
    const started: number[] = [];
    engine.on('started', ({ pid }) => started.push(pid));
    const execution = engine.run(sh('echo never'), { signal: AbortSignal.abort() });
    expect(await execution).toMatchObject({
      status: 'cancelled',
      pid: null,
      stdout: '',
      error: { code: 'ERR_CANCELLED' },
    });
    expect(execution.pid).toBeUndefined();
    expect(started).toEqual([]);
  });

  test('that is aborted later ends the execution with its tree', async () => {
    const engine = makeEngine();
    const controller = new AbortController();
    const execution = engine.run(sh(`${LONG} & echo ready; wait`), { signal: controller.signal });
    await new Promise((resolve) => execution.once('stdout', resolve));
    controller.abort();
    const result = await execution;
    expect(result).toMatchObject({ status: 'cancelled', stdout: 'ready\n' });
    expect(processGroupMembers(present(result.pid))).toEqual([]);
  });

  test('removes a queued execution from the queue', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1, maxQueuedExecutions: 1 });
    engine.run(sh(LONG));
    const controller = new AbortController();
    const waiting = engine.run(sh('echo never'), { signal: controller.signal });
    controller.abort();
    expect(await waiting).toMatchObject({ status: 'cancelled', pid: null });
  });

  test('is the cause of a rejection', async () => {
    const engine = makeEngine();
    const reason = new Error('the user left');
    for (const aborted of [true, false]) {
      const controller = new AbortController();
      if (aborted) controller.abort(reason);
      const execution = engine.run(sh(LONG), { signal: controller.signal, reject: true });
      controller.abort(reason);
      const error = await executionError(execution);
      expect(error.code).toBe('ERR_CANCELLED');
      expect(error.cause).toBe(reason);
    }
  });

  test('has no listener left at the end', async () => {
    const engine = makeEngine();
    const { signal } = new AbortController();
    for (const request of [
      sh('true'),
      sh('exit 1'),
      sh(LONG, { timeoutMs: 50 }),
      exec('/nonexistent'),
    ]) {
      await engine.run(request, { signal }).catch(() => undefined);
    }
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('has no effect after the end', async () => {
    const engine = makeEngine();
    const controller = new AbortController();
    const execution = engine.run(sh('true'), { signal: controller.signal });
    await execution;
    controller.abort();
    expect(await engine.getStatus(execution.id)).toBe('completed');
  });

  test('can be a time limit', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh(LONG), { signal: AbortSignal.timeout(100), reject: true });
    expect((await executionError(execution)).cause).toMatchObject({ name: 'TimeoutError' });
  });

  test('that is not an AbortSignal is rejected', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('true'), { signal: {} as never });
    await expect(execution.result).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
  });
});

describe('asyncDispose', () => {
  test('cancels, and waits until the process is reaped', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh(`${LONG} & echo ready; wait`));
    await new Promise((resolve) => execution.once('stdout', resolve));
    const pid = present(execution.pid);
    await execution[Symbol.asyncDispose]();
    expect(processGroupMembers(pid)).toEqual([]);
    expect(await engine.getStatus(execution.id)).toBe('cancelled');
  });

  test('after the end changes nothing', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('exit 3'));
    await execution;
    await execution[Symbol.asyncDispose]();
    expect(await engine.getStatus(execution.id)).toBe('failed');
  });

  test('of an execution that never started resolves', async () => {
    const engine = makeEngine();
    const execution = engine.run(exec('/nonexistent'));
    execution.catch(() => undefined);
    await execution[Symbol.asyncDispose]();
  });
});

test('a handle that is not awaited still runs', async () => {
  const engine = makeEngine();
  const { id } = engine.run(sh('echo hi'));
  await engine.onIdle();
  expect(await engine.getResult(id)).toMatchObject({ stdout: 'hi\n' });
});
