import { getEventListeners } from 'node:events';
import type { ExecutionLine } from 'escher-execution-engine';
import { exec, LONG, sh } from './support/commands';
import { makeEngine } from './support/engine';
import { executionError, present, thrown } from './support/expectations';
import { processGroupMembers } from './support/processes';
import { isPending, waitFor } from './support/wait';

async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}

const texts = (lines: ExecutionLine[]): string[] =>
  lines.map(({ stream, line }) => `${stream} ${line}`);

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
    expect(error).toMatchObject({ code, message });
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

describe('iterating', () => {
  test('gives the lines of both streams with their numbers', async () => {
    const engine = makeEngine();
    const lines = await collect(engine.run(sh('echo a; echo b >&2; echo c; printf d')));
    expect(lines.map(({ seq }) => seq)).toEqual([0, 1, 2, 3]);
    expect(lines.every(({ partial }) => !partial)).toBe(true);
    expect(texts(lines).filter((text) => text.startsWith('stdout'))).toEqual([
      'stdout a',
      'stdout c',
      'stdout d',
    ]);
    expect(texts(lines)).toContain('stderr b');
  });

  test('gives lines while the child runs', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('echo one; read _; echo two', { stdin: 'pipe' }));
    const seen: string[] = [];
    for await (const { line } of execution) {
      seen.push(line);
      if (line === 'one') {
        expect(await engine.getStatus(execution.id)).toBe('running');
        execution.stdin.end();
      }
    }
    expect(seen).toEqual(['one', 'two']);
  });

  test('ends with the execution', async () => {
    const engine = makeEngine();
    for (const request of [sh('true'), sh('exit 3'), sh(LONG, { timeoutMs: 50 })]) {
      expect(await collect(engine.run(request))).toEqual([]);
    }
  });

  test('throws what the result rejects with', async () => {
    const engine = makeEngine();
    expect(await executionError(collect(engine.run(exec('/nonexistent'))))).toMatchObject({
      code: 'ERR_VALIDATION',
    });
    const failing = engine.run(sh('echo one; exit 3'), { reject: true });
    const seen: string[] = [];
    const loop = (async () => {
      for await (const { line } of failing) seen.push(line);
    })();
    expect(await executionError(loop)).toMatchObject({ code: 'ERR_COMMAND_FAILED' });
    expect(seen).toEqual(['one']);
  });

  test('late replays what is kept', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('echo a; echo b >&2; printf "c\\r\\n\\nd"'));
    await execution;
    const lines = await collect(execution);
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index));
    expect(texts(lines).filter((text) => text.startsWith('stdout'))).toEqual([
      'stdout a',
      'stdout c',
      'stdout ',
      'stdout d',
    ]);
    expect(texts(lines).filter((text) => text.startsWith('stderr'))).toEqual(['stderr b']);
    // As often as one likes.
    expect(await collect(execution)).toEqual(lines);
  });

  test('from the middle joins what is kept and what comes, without a gap or an overlap', async () => {
    const engine = makeEngine();
    const execution = engine.run(
      sh('seq 1 2000; echo half >&2; read _; seq 2001 4000', { stdin: 'pipe' }),
    );
    await waitFor('the first half', async () => (await engine.stats()).totalLines >= 2001);
    const rest = collect(execution);
    execution.stdin.end();
    const lines = await rest;
    expect(
      lines.filter(({ stream }) => stream === 'stdout').map(({ line }) => Number(line)),
    ).toEqual(Array.from({ length: 4000 }, (_, index) => index + 1));
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index));
  });

  test('can be done by several at once, each gets everything', async () => {
    const engine = makeEngine();
    const execution = engine.run(exec('seq', ['1', '5000']));
    const all = await Promise.all([
      collect(execution),
      collect(execution),
      collect(execution.lines()),
    ]);
    const expected = Array.from({ length: 5000 }, (_, index) => `${index + 1}`);
    expect(all[0]?.map(({ line }) => line)).toEqual(expected);
    expect(all[1]?.map(({ line }) => line)).toEqual(expected);
    expect(all[2]).toEqual(expected);
  });

  test('around the moment of the end gives everything', async () => {
    const engine = makeEngine();
    const wrong = new Set<string>();
    for (let round = 0; round < 150; round++) {
      const execution = engine.run(exec('seq', ['1', '3']));
      // Somewhere between the start and the end, and a little after it.
      for (let turns = round % 15; turns > 0; turns--) await new Promise(setImmediate);
      const readers: Promise<string[]>[] = [];
      while ((await engine.getStatus(execution.id)) !== 'completed' || readers.length < 5) {
        readers.push(collect(execution.lines()));
      }
      for (const lines of await Promise.all(readers)) {
        if (lines.join() !== '1,2,3') wrong.add(`[${lines.join()}]`);
      }
    }
    expect([...wrong]).toEqual([]);
  });

  test('and leaving leaves the execution running', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('echo one; echo two; read _; echo three', { stdin: 'pipe' }));
    for await (const { line } of execution) {
      if (line === 'one') break;
    }
    expect(await engine.getStatus(execution.id)).toBe('running');
    execution.stdin.end();
    expect(await execution).toMatchObject({ status: 'completed', stdout: 'one\ntwo\nthree\n' });
  });

  test('and leaving early holds up nothing, however much follows', async () => {
    const engine = makeEngine({ maxPendingEventBytes: 65_536 });
    const execution = engine.run(exec('seq', ['1', '500000']));
    for await (const _ of execution) break;
    expect(await execution).toMatchObject({ status: 'completed', stdoutBytes: 3_388_895 });
  });

  test('works when there are no line events', async () => {
    const engine = makeEngine({ streamOutput: false });
    expect(await collect(engine.run(sh('echo a; echo b')).lines())).toEqual(['a', 'b']);
  });

  test('over many executions at once keeps them apart', async () => {
    const engine = makeEngine();
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        collect(engine.run(exec('seq', [`${index}`, '3000'])).lines()),
      ),
    );
    all.forEach((lines, index) => {
      expect(lines).toEqual(
        Array.from({ length: 3001 - index }, (_, offset) => `${index + offset}`),
      );
    });
  });
});

describe('lines()', () => {
  const script = 'echo out 1; echo err 1 >&2; echo out 2; echo err 2 >&2';

  test('gives one stream or all', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh(script));
    expect(await collect(execution.lines('stdout'))).toEqual(['out 1', 'out 2']);
    expect(await collect(execution.lines('stderr'))).toEqual(['err 1', 'err 2']);
    expect((await collect(execution.lines('all'))).sort()).toEqual([
      'err 1',
      'err 2',
      'out 1',
      'out 2',
    ]);
    expect(await collect(execution.lines())).toHaveLength(4);
  });

  test('joins the pieces of a line', async () => {
    const engine = makeEngine({ maxLineBytes: 10, partialLineFlushMs: 0 });
    const long = 'x'.repeat(35);
    expect(
      await collect(engine.run(sh(`echo ${long}; echo short; printf ${long}`)).lines()),
    ).toEqual([long, 'short', long]);
  });

  test('refuses another stream', () => {
    const engine = makeEngine();
    const execution = engine.run(sh('true'));
    const error = thrown(() => execution.lines('stdin' as never));
    expect(error).toBeInstanceOf(TypeError);
  });
});

describe('signal', () => {
  test('that is aborted already means no process', async () => {
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

  test('takes what waits out of the queue', async () => {
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

  test('has no say after the end', async () => {
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

  test('that is none is a mistake', async () => {
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

  test('of what has ended changes nothing', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('exit 3'));
    await execution;
    await execution[Symbol.asyncDispose]();
    expect(await engine.getStatus(execution.id)).toBe('failed');
  });

  test('of what never began is no error', async () => {
    const engine = makeEngine();
    const execution = engine.run(exec('/nonexistent'));
    execution.catch(() => undefined);
    await execution[Symbol.asyncDispose]();
  });
});

test('a handle that nobody awaits still runs', async () => {
  const engine = makeEngine();
  const { id } = engine.run(sh('echo hi'));
  await engine.onIdle();
  expect(await engine.getResult(id)).toMatchObject({ stdout: 'hi\n' });
});

test('a slow reader takes one line at a time', async () => {
  const engine = makeEngine();
  const execution = engine.run(sh('echo one; echo two'));
  const iterator = execution[Symbol.asyncIterator]();
  expect((await iterator.next()).value).toMatchObject({ line: 'one' });
  // The end of the execution does not take the second line away.
  await waitFor('the end', async () => (await engine.getStatus(execution.id)) === 'completed');
  expect((await iterator.next()).value).toMatchObject({ line: 'two' });
  expect((await iterator.next()).done).toBe(true);
  expect(await isPending(execution.result)).toBe(false);
});
