import type { ExecutionRequest } from 'escher-execution-engine';
import { exposeEngine, type PageError } from 'escher-execution-engine/electron';
import { exec, LONG, sh } from '../../support/commands';
import { FakeWindow, fakeIpcMain } from '../../support/electron';
import { makeEngine } from '../../support/engine';
import { rejection } from '../../support/expectations';
import { oneWindow } from '../../support/exposed-engine';
import { tempFile } from '../../support/temp';
import { waitFor } from '../../support/wait';

describe('the methods of the engine', () => {
  test('return what the engine returns', async () => {
    const { page, engine } = oneWindow();
    const id = await page.execute({ ...sh('echo text'), metadata: { tags: { step: 'build' } } });
    await page.waitForCompletion(id);
    expect(await page.getStatus(id)).toBe('completed');
    expect(await page.getResult(id)).toEqual(await engine.getResult(id));
    const bytes = await page.getResult(id, { encoding: 'buffer' });
    expect(Buffer.from(bytes?.stdout ?? []).toString()).toBe('text\n');
    expect(await page.listExecutions({ tag: 'step=build' })).toMatchObject([{ id }]);
    expect(await page.listExecutions({ status: 'failed' })).toEqual([]);
    expect(await page.stats()).toMatchObject({ counts: { completed: 1 }, totalLines: 1 });
    expect([await page.runningCount(), await page.queuedCount()]).toEqual([0, 0]);
    await page.removeExecution(id);
    expect(await rejection(page.getResult(id))).toMatchObject({ code: 'ERR_EXECUTION_NOT_FOUND' });
  });

  test('have keys and leases', async () => {
    const { page } = oneWindow();
    const run = await page.run(sh('read _', { key: 'db', leaseMs: 60_000, stdin: 'pipe' }), {});
    expect(await page.renew(run.id)).toBe(true);
    expect(await page.listExecutions({ key: 'db' })).toMatchObject([{ id: run.id, key: 'db' }]);
    expect(await page.listExecutions({ key: 'web' })).toEqual([]);
    await run.closeInput();
    expect((await run.result()).key).toBe('db');
    expect(await page.renew(run.id)).toBe(false);
  });

  test('sendInput accepts bytes', async () => {
    const { page } = oneWindow();
    const id = await page.execute(exec('cat', [], { stdin: 'pipe' }));
    await page.sendInput(id, new Uint8Array([104, 105, 10]));
    await page.closeInput(id);
    expect((await page.waitForCompletion(id)).stdout).toBe('hi\n');
  });
});

describe('errors', () => {
  test('arrive with code, reason and result', async () => {
    const { page } = oneWindow({
      maxOutputSizeBytes: 100,
      oversizedOutputStrategy: 'failExecution',
    });
    expect(await rejection(page.execute(exec('no-such-program')))).toMatchObject({
      name: 'ExecutionError',
      code: 'ERR_VALIDATION',
      reason: 'PROGRAM_NOT_FOUND',
      message: expect.stringContaining('no-such-program'),
      isRetryable: false,
    });
    const big = await page.run(exec('seq', ['1', '1000']));
    expect(await rejection(big.result())).toMatchObject({
      code: 'ERR_OUTPUT_SIZE_EXCEEDED',
      result: { id: big.id, status: 'failed' },
    });
    const waiting = await page.execute(sh(LONG));
    expect(await rejection(page.waitForCompletion(waiting, { timeoutMs: 1 }))).toMatchObject({
      code: 'ERR_WAIT_TIMEOUT',
    });
    expect(await rejection(page.kill(waiting, 'SIGNOPE'))).toMatchObject({
      name: 'TypeError',
      code: 'ERR_UNKNOWN_SIGNAL',
    });
    expect(await rejection(page.getStatus(7 as never))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    });
  });

  test('a failed launch is reported at the end without an unhandled rejection', async () => {
    const { page } = oneWindow();
    let settled: unknown;
    // Without a "#!" line the launch fails.
    const run = await page.run(exec(tempFile('text', 'no program', 0o755)), {
      onSettled: (event) => {
        settled = event;
      },
    });
    expect(await rejection(run.result())).toMatchObject({
      code: 'ERR_SPAWN_FAILED',
      syscall: 'execve',
      path: expect.stringMatching(/text$/),
      result: { id: run.id },
    });
    await waitFor('the end', () => settled);
    expect(settled).toMatchObject({ result: { error: { code: 'ERR_SPAWN_FAILED' } } });
  });

  test('arguments that are not plain data are refused', async () => {
    const { page } = oneWindow();
    const metadata = { callback: () => undefined };
    const error = (await rejection(page.execute({ ...sh('true'), metadata }))) as PageError;
    expect(error).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
    expect(error.message).toMatch(/must be plain data/);
  });

  test('a call without an engine in the main process rejects', async () => {
    const window = new FakeWindow(fakeIpcMain());
    expect(await rejection(window.page.stats())).toMatchObject({
      code: 'ERR_ENGINE_CLOSED',
      message: expect.stringContaining('No handler registered'),
    });
  });
});

test('an engine that answers late, such as a bridge client, works', async () => {
  const asked: string[] = [];
  /** `target` with some methods replaced. */
  const over = <T extends object>(target: T, own: Record<string, unknown>): T =>
    new Proxy(target, {
      get(_target, name) {
        asked.push(String(name));
        if (Object.hasOwn(own, name)) return own[String(name)];
        const value = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  const engine = makeEngine();
  const late = over(engine, {
    run: (request: ExecutionRequest) => {
      const run = engine.run(request);
      const kill = async (signal: number) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return await run.kill(signal);
      };
      return over(run, { kill });
    },
  });
  const ipcMain = fakeIpcMain();
  exposeEngine(late, { ipcMain, authorize: () => true });
  const { page } = new FakeWindow(ipcMain);
  expect(await rejection(page.execute(exec('no-such-program')))).toMatchObject({
    reason: 'PROGRAM_NOT_FOUND',
  });
  // A rejection that is handled later would be unhandled until then.
  expect(asked.indexOf('result')).toBeLessThan(asked.indexOf('kill'));
  expect(asked).toContain('result');
  expect((await (await page.run(sh('echo fine'))).result()).stdout).toBe('fine\n');
});
