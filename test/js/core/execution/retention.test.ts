import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import type { ExecutionEngine } from 'escher-execution-engine';
import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { executionError, present } from '../../support/expectations';
import { tempDir } from '../../support/temp';
import { blockUntil, waitFor } from '../../support/wait';

async function runOne(engine: ExecutionEngine, command = 'true'): Promise<string> {
  const id = await engine.execute(sh(command));
  await engine.waitForCompletion(id);
  return id;
}

const known = async (engine: ExecutionEngine): Promise<string[]> =>
  (await engine.listExecutions()).map(({ id }) => id);

describe('removeExecution', () => {
  test('forgets a finished execution', async () => {
    const engine = makeEngine();
    const id = await runOne(engine, 'echo hi');
    await engine.removeExecution(id);
    const forgotten: (() => Promise<unknown>)[] = [
      () => engine.getStatus(id),
      () => engine.getResult(id),
      () => engine.waitForCompletion(id),
      () => engine.cancel(id),
      () => engine.kill(id, 'SIGTERM'),
      () => engine.sendInput(id, 'x'),
      () => engine.closeInput(id),
      () => engine.removeExecution(id),
    ];
    for (const call of forgotten) {
      expect(await executionError(call())).toMatchObject({
        code: 'ERR_EXECUTION_NOT_FOUND',
        message: `Execution not found: ${id}`,
      });
    }
    expect(await known(engine)).toEqual([]);
    expect(await engine.stats()).toMatchObject({ retainedRecords: 0, retainedBytes: 0 });
  });

  test('rejects running and queued executions', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1, maxQueuedExecutions: 1 });
    const running = await engine.execute(sh(LONG));
    const waiting = await engine.execute(sh(LONG));
    for (const id of [running, waiting]) {
      expect(await executionError(engine.removeExecution(id))).toMatchObject({
        code: 'ERR_EXECUTION_ACTIVE',
      });
    }
    expect((await known(engine)).sort()).toEqual([running, waiting].sort());
  });

  test('leaves results that the caller holds intact', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('echo hi'));
    await execution;
    await engine.removeExecution(execution.id);
    expect((await execution).stdout).toBe('hi\n');
  });
});

describe('cleanup', () => {
  test('drops records past their retention', async () => {
    const engine = makeEngine({ executionRetentionSecs: 0, enableAutoCleanup: false });
    const id = await runOne(engine);
    const running = await engine.execute(sh(LONG));
    expect(await engine.cleanup()).toBe(1);
    expect(await executionError(engine.getStatus(id))).toMatchObject({
      code: 'ERR_EXECUTION_NOT_FOUND',
    });
    expect(await known(engine)).toEqual([running]);
    expect(await engine.cleanup()).toBe(0);
  });

  test('keeps records within their retention', async () => {
    const engine = makeEngine({ executionRetentionSecs: 600 });
    const id = await runOne(engine);
    expect(await engine.cleanup()).toBe(0);
    expect(await known(engine)).toEqual([id]);
  });

  test('drops the records that ended first when there are too many', async () => {
    const engine = makeEngine({ maxInMemoryExecutions: 2, enableAutoCleanup: false });
    // Started first, ends last: the time of the end counts.
    const late = engine.run(sh('read _', { stdin: 'pipe' }));
    const [first, second] = [await runOne(engine), await runOne(engine)];
    late.stdin.end();
    await late;
    expect(await engine.cleanup()).toBe(1);
    expect((await known(engine)).sort()).toEqual([second, late.id].sort());
    expect(await executionError(engine.getStatus(first))).toMatchObject({
      code: 'ERR_EXECUTION_NOT_FOUND',
    });
  });

  test('never drops running or queued executions', async () => {
    const engine = makeEngine({
      maxInMemoryExecutions: 1,
      executionRetentionSecs: 0,
      maxConcurrentExecutions: 3,
      maxQueuedExecutions: 3,
    });
    const ids = await Promise.all(Array.from({ length: 6 }, () => engine.execute(sh(LONG))));
    expect(await engine.cleanup()).toBe(0);
    expect((await known(engine)).sort()).toEqual([...ids].sort());
  });
});

describe('automatic cleanup', () => {
  test('runs at its interval', async () => {
    const engine = makeEngine({ executionRetentionSecs: 0, cleanupIntervalMs: 20 });
    await runOne(engine);
    await waitFor('the pass', async () => (await known(engine)).length === 0);
  });

  test('runs as soon as there are a tenth too many records', async () => {
    const engine = makeEngine({ maxInMemoryExecutions: 20, cleanupIntervalMs: 3_600_000 });
    for (let index = 0; index < 40; index++) {
      await engine.run(exec('/bin/true'));
    }
    await waitFor('the pass', async () => (await known(engine)).length <= 22);
    const left = (await known(engine)).length;
    expect(left).toBeGreaterThanOrEqual(20);
  });

  test('that is off drops nothing', async () => {
    const engine = makeEngine({
      executionRetentionSecs: 0,
      maxInMemoryExecutions: 2,
      cleanupIntervalMs: 5,
      enableAutoCleanup: false,
    });
    const ids: string[] = [];
    for (let index = 0; index < 10; index++) ids.push(await runOne(engine));
    expect((await known(engine)).sort()).toEqual(ids.sort());
    expect(await engine.cleanup()).toBe(10);
  });

  test('can be started and stopped, more than once', async () => {
    const engine = makeEngine({
      executionRetentionSecs: 0,
      cleanupIntervalMs: 20,
      enableAutoCleanup: false,
    });
    await engine.startCleanupTask();
    await engine.startCleanupTask();
    await runOne(engine);
    await waitFor('the pass', async () => (await known(engine)).length === 0);
    await engine.stopCleanupTask();
    await engine.stopCleanupTask();
    const id = await runOne(engine);
    // As many intervals as would have been enough above, on a clock that runs with the engine's.
    await engine.run(sh('sleep 0.3'));
    expect(await known(engine)).toContain(id);
  });
});

describe('kept output', () => {
  const loud = (count: number) => `head -c ${count} /dev/zero | tr '\\0' x`;

  test('is counted', async () => {
    const engine = makeEngine();
    await engine.run(sh(`${loud(1000)}; printf 12345 >&2`));
    expect(await engine.stats()).toMatchObject({ retainedRecords: 1, retainedBytes: 1005 });
  });

  test('is dropped oldest first over maxRetainedBytes; the records stay', async () => {
    const engine = makeEngine({ maxRetainedBytes: 2500 });
    const ids: string[] = [];
    for (let index = 0; index < 4; index++) ids.push(await runOne(engine, loud(1000)));
    const results = await Promise.all(ids.map(async (id) => present(await engine.getResult(id))));
    expect(results.map(({ outputDropped }) => outputDropped)).toEqual([true, true, false, false]);
    expect(results.map(({ stdout }) => stdout.length)).toEqual([0, 0, 1000, 1000]);
    expect(results.map(({ stdoutBytes }) => stdoutBytes)).toEqual([1000, 1000, 1000, 1000]);
    expect(results.every(({ status }) => status === 'completed')).toBe(true);
    const { retainedBytes, retainedRecords } = await engine.stats();
    expect(retainedBytes).toBe(2000);
    expect(retainedRecords).toBe(4);
  });

  test('of a running execution is never dropped', async () => {
    const engine = makeEngine({ maxRetainedBytes: 1500 });
    const running = engine.run(sh(`${loud(1000)}; echo; read _; echo end`, { stdin: 'pipe' }));
    await new Promise((resolve) => running.once('stdout', resolve));
    for (let index = 0; index < 3; index++) await runOne(engine, loud(1000));
    running.stdin.end();
    const result = await running;
    expect(result.outputDropped).toBe(false);
    expect(result.stdout).toHaveLength(1005);
  });

  test('that was dropped gives late iterators no lines', async () => {
    const engine = makeEngine({ maxRetainedBytes: 1500 });
    const first = engine.run(sh(loud(1000)));
    await first;
    await runOne(engine, loud(1000));
    const lines: string[] = [];
    for await (const line of first.lines()) lines.push(line);
    expect(lines).toEqual([]);
    expect(await engine.getResult(first.id)).toMatchObject({ outputDropped: true });
  });
});

describe('records dropped before JavaScript receives the end', () => {
  test.each([
    ['number', { maxInMemoryExecutions: 1 }],
    ['size', { maxRetainedBytes: 0 }],
  ])('by its %s, still answer callers that asked before', async (_, config) => {
    const engine = makeEngine(config);
    const dir = tempDir();
    const runs = [1, 2, 3].map((n) =>
      // One whose id is given, too.
      engine.run(
        sh(`echo ${n}; : > ${n}`, { workingDir: dir, ...(n === 1 && { id: randomUUID() }) }),
      ),
    );
    blockUntil('the last words', () => readdirSync(dir).length === runs.length);
    // The ends and a pass of the retention, which nothing here can tell.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    const lines = runs.map(async (run) => {
      const said: string[] = [];
      for await (const line of run.lines()) said.push(line);
      return said;
    });
    expect(await Promise.all(lines)).toEqual([['1'], ['2'], ['3']]);
    expect((await engine.stats()).retainedBytes).toBeLessThan(6);
  });
});
