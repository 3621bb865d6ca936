import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import type { ExecutionRequest } from 'escher-execution-engine';
import { exposeEngine, type PageError, preloadPreferences } from 'escher-execution-engine/electron';
import { exposeInPreload } from 'escher-execution-engine/electron/preload';
import { exec, LONG, sh } from './support/commands';
import { bridged } from './support/context-bridge';
import { FakeWindow, fakeIpcMain } from './support/electron';
import type { FakeIpcRenderer } from './support/electron-ipc';
import { makeEngine } from './support/engine';
import { rejection, thrown } from './support/expectations';
import { tempFile } from './support/temp';
import { waitFor } from './support/wait';

/** An engine at the service of one window that may do everything. */
function oneWindow(config: Parameters<typeof makeEngine>[0] = {}) {
  const engine = makeEngine(config);
  const ipcMain = fakeIpcMain();
  const exposed = exposeEngine(engine, { ipcMain, authorize: () => true, frameMs: 1 });
  const window = new FakeWindow(ipcMain);
  return { engine, ipcMain, exposed, window, page: window.page };
}

describe('run with callbacks', () => {
  test('tells of the start, the lines in batches, and the end, in this order', async () => {
    const { page } = oneWindow();
    const told: [string, unknown][] = [];
    const run = await page.run(sh('echo one; echo two; echo three >&2; exit 3'), {
      onStarted: ({ pid }) => told.push(['started', typeof pid]),
      onOutput: ({ stream, lines }) =>
        told.push(...lines.map((line): [string, string] => [stream, line])),
      onStatusChanged: ({ newStatus }) => told.push(['statusChanged', newStatus]),
      onSettled: ({ result }) => told.push(['settled', result.exitCode]),
    });
    const result = await run.result();
    expect(result).toMatchObject({
      id: run.id,
      status: 'failed',
      exitCode: 3,
      stdout: 'one\ntwo\n',
    });
    await waitFor('the end to be told', () => told.length === 7);
    expect(told.filter(([name]) => name !== 'stderr')).toEqual([
      ['started', 'number'],
      ['statusChanged', 'running'],
      ['stdout', 'one'],
      ['stdout', 'two'],
      ['statusChanged', 'failed'],
      ['settled', 3],
    ]);
    expect(told).toContainEqual(['stderr', 'three']);
  });

  test('tells of progress, to its callback and to listeners', async () => {
    const { page } = oneWindow();
    const [own, heard]: [unknown[], unknown[]] = [[], []];
    const request = sh('echo 50%; sleep 0.1; echo 100%', { progress: { pattern: '(\\d+)%' } });
    await page.run(request, { onProgress: ({ fraction }) => own.push(fraction) });
    await waitFor('the progress of run()', () => own.length === 2);
    page.on('progress', ({ fraction }) => heard.push(fraction));
    await page.execute(request);
    await waitFor('the progress of execute()', () => heard.length === 2);
    expect([own, heard]).toEqual([
      [0.5, 1],
      [0.5, 1],
    ]);
  });

  test('every line comes once, in order, numbered, in few messages', async () => {
    const { page, window } = oneWindow();
    const lines: string[] = [];
    let [wrong, next, messages] = [0, 0, 0];
    window.renderer.on('execution-engine:events', () => messages++);
    const ended = new Promise<void>((resolve) => {
      void page.run(exec('seq', ['1', '100000']), {
        onOutput: (event) => {
          if (event.firstSeq !== next) wrong++;
          next = event.firstSeq + event.lines.length;
          lines.push(...event.lines);
        },
        onSettled: () => resolve(),
      });
    });
    await ended;
    expect(wrong).toBe(0);
    expect(lines.length).toBe(100_000);
    expect(lines.every((line, index) => line === String(index + 1))).toBe(true);
    expect(messages).toBeLessThan(1000);
  });

  test('an unfinished line is told to be one', async () => {
    const { page } = oneWindow({ partialLineFlushMs: 1 });
    const pieces: [string, boolean][] = [];
    const run = await page.run(
      { ...sh('printf "name? "; read -r name; echo "hello $name"'), stdin: 'pipe' },
      { onOutput: ({ lines, partial }) => pieces.push([lines.join('|'), partial]) },
    );
    await waitFor('the prompt', () => pieces.length === 1);
    await run.sendInput('Ada\n');
    await run.closeInput();
    expect((await run.result()).stdout).toBe('name? hello Ada\n');
    await waitFor('the answer', () => pieces.length === 2);
    expect(pieces).toEqual([
      ['name? ', true],
      ['hello Ada', false],
    ]);
  });

  test('pieces of a line are not taken for lines', async () => {
    const { page } = oneWindow({ maxLineBytes: 4 });
    const pieces: [string[], boolean][] = [];
    let settled = false;
    await page.run(sh('echo abcdefghij; echo k; echo l'), {
      onOutput: ({ lines, partial }) => pieces.push([lines, partial]),
      onSettled: () => {
        settled = true;
      },
    });
    await waitFor('the end', () => settled);
    expect(pieces.slice(0, 2)).toEqual([
      [['abcd'], true],
      [['efgh'], true],
    ]);
    expect(pieces.slice(2).every(([, partial]) => !partial)).toBe(true);
    expect(pieces.slice(2).flatMap(([lines]) => lines)).toEqual(['ij', 'k', 'l']);
  });

  test('cancel, kill, and unwatch', async () => {
    const { page } = oneWindow();
    const cancelled = await page.run(sh(LONG));
    expect(await cancelled.cancel()).toBe(true);
    expect((await cancelled.result()).status).toBe('cancelled');
    expect(await cancelled.cancel()).toBe(false);

    const killed = await page.run(sh(LONG));
    await waitFor('the process', async () => (await killed.kill('SIGKILL')) === true);
    expect(await killed.result()).toMatchObject({ status: 'failed', signal: 'SIGKILL' });
  });

  test('unwatch() is the last that a callback hears', async () => {
    const { page, engine } = oneWindow();
    let told = 0;
    const piped = sh('read -r _; echo a; echo b >&2; echo c', { stdin: 'pipe' });
    const run = await page.run(piped, {
      onOutput: () => {
        told++;
        run.unwatch();
      },
      onSettled: () => told++,
    });
    await run.closeInput();
    await engine.onIdle();
    await new Promise((resolve) => void page.run(sh('echo next'), { onSettled: resolve }));
    expect(told).toBe(1);
  });

  test('a request that waits in the queue has its id at once', async () => {
    const { page } = oneWindow({ maxConcurrentExecutions: 1, maxQueuedExecutions: 1 });
    const first = await page.run(sh(LONG));
    const second = await page.run(sh('echo late'));
    expect(await page.getStatus(second.id)).toBe('pending');
    expect(await page.queuedCount()).toBe(1);
    expect(await rejection(page.run(sh('true')))).toMatchObject({
      code: 'ERR_CONCURRENCY_LIMIT',
      isRetryable: true,
    });
    await first.cancel();
    expect((await second.result()).stdout).toBe('late\n');
  });

  test('callbacks that fail stop nothing', async () => {
    const complaints = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    try {
      const { page } = oneWindow();
      let settled = false;
      const run = await page.run(sh('echo one'), {
        onStarted: () => {
          throw new Error('thrown');
        },
        onOutput: () => Promise.reject(new Error('rejected')),
        onSettled: () => {
          settled = true;
        },
      });
      expect((await run.result()).stdout).toBe('one\n');
      await waitFor('the end', () => settled);
      const told = complaints.mock.calls.map(([, error]) => (error as Error).message);
      expect(told).toEqual(['thrown', 'rejected']);
    } finally {
      complaints.mockRestore();
    }
  });

  test('unknown callbacks are refused by name', async () => {
    const { page } = oneWindow();
    expect(await rejection(page.run(sh('true'), { onLine: () => 0 } as never))).toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringContaining("'onLine'; there are: onStarted, onOutput"),
    });
    expect(await rejection(page.run(sh('true'), { onOutput: 1 } as never))).toMatchObject({
      message: "The callback 'onOutput' must be a function",
    });
  });
});

describe('execute with listeners', () => {
  test('hears of what it started, and lines from the first on', async () => {
    const { page } = oneWindow();
    const lines: string[] = [];
    const id = await page.execute(sh('seq 1 5; echo oops >&2'));
    // Too late for the lines of an event emitter.
    expect((await page.waitForCompletion(id)).status).toBe('completed');

    const other = await page.execute(sh('read -r _; seq 1 3; echo oops >&2', { stdin: 'pipe' }));
    const off = page.on('stdout', ({ executionId, line, seq }) => {
      lines.push(`${executionId === other && seq < 5 ? '' : '?'}${line}`);
    });
    page.on('stderr', ({ line }) => lines.push(line));
    const settled = new Promise((resolve) => page.on('settled', resolve));
    await page.closeInput(other);
    expect(await settled).toMatchObject({ executionId: other, result: { status: 'completed' } });
    expect(lines.sort()).toEqual(['1', '2', '3', 'oops']);

    off();
    const ended = new Promise((resolve) => page.on('settled', resolve));
    await page.execute(sh('echo unheard; echo heard >&2'));
    await ended;
    expect(lines.slice(4)).toEqual(['heard']);
  });

  test('a listener for lines that comes late has the first ones too', async () => {
    const { page } = oneWindow();
    const id = await page.execute(sh('echo early; read -r _', { stdin: 'pipe' }));
    await waitFor('the output', async () => (await page.stats()).totalLines === 1);
    const first = new Promise((resolve) => page.on('output', resolve));
    expect(await first).toMatchObject({ executionId: id, lines: ['early'], firstSeq: 0 });
  });

  test('without one no lines are sent', async () => {
    const { page, window } = oneWindow();
    let events: unknown[][] = [];
    window.renderer.on('execution-engine:events', (_event, batch) => {
      events = events.concat(batch.events);
    });
    const settled = new Promise((resolve) => page.on('settled', resolve));
    await page.execute(exec('seq', ['1', '1000']));
    await settled;
    expect(events.map(([, name]) => name)).toEqual([
      'started',
      'statusChanged',
      'statusChanged',
      'completed',
      'settled',
    ]);
  });

  test('unknown events and callbacks are refused by name', () => {
    const { page } = oneWindow();
    expect(thrown(() => page.on('exit' as never, () => 0))).toMatchObject({
      message: expect.stringContaining("no event 'exit'; there are: started, output"),
    });
    expect(thrown(() => page.on('output', 1 as never))).toMatchObject({
      message: 'The callback must be a function',
    });
  });
});

describe('the methods of the engine', () => {
  test('give what the engine gives', async () => {
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

  test('bytes for stdin', async () => {
    const { page } = oneWindow();
    const id = await page.execute(exec('cat', [], { stdin: 'pipe' }));
    await page.sendInput(id, new Uint8Array([104, 105, 10]));
    await page.closeInput(id);
    expect((await page.waitForCompletion(id)).stdout).toBe('hi\n');
  });
});

describe('errors', () => {
  test('arrive with their code, reason and result', async () => {
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

  test('a failed launch is told at the end, and is no unhandled rejection', async () => {
    const { page } = oneWindow();
    let settled: unknown;
    // Without a "#!" line the system refuses it when it is launched.
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

  test('what is not plain data is refused, as Electron does', async () => {
    const { page } = oneWindow();
    const metadata = { callback: () => undefined };
    const error = (await rejection(page.execute({ ...sh('true'), metadata }))) as PageError;
    expect(error).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
    expect(error.message).toMatch(/must be plain data/);
  });

  test('without an engine in the main process', async () => {
    const window = new FakeWindow(fakeIpcMain());
    expect(await rejection(window.page.stats())).toMatchObject({
      code: 'ERR_ENGINE_CLOSED',
      message: expect.stringContaining('No handler registered'),
    });
  });
});

test('an engine that answers late, as one in another process does', async () => {
  const asked: string[] = [];
  /** Has the methods of `target`, but for those given. */
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
  // Whoever looks at it later leaves an unhandled rejection in between.
  expect(asked.indexOf('result')).toBeLessThan(asked.indexOf('kill'));
  expect(asked).toContain('result');
  expect((await (await page.run(sh('echo fine'))).result()).stdout).toBe('fine\n');
});

describe('the preload script', () => {
  const asScript = (argv: string[], ipcRenderer?: FakeIpcRenderer) => {
    const worlds: Record<string, unknown> = {};
    const electron = {
      ipcRenderer: ipcRenderer ?? { on: () => undefined },
      contextBridge: {
        exposeInMainWorld: (key: string, api: unknown) => {
          worlds[key] = bridged(api, true);
        },
      },
    };
    const asked: string[] = [];
    const sandboxed = (name: string): unknown => {
      asked.push(name);
      if (name === 'electron') return electron;
      throw new Error(`module not found: ${name}`);
    };
    const code = readFileSync(preloadPreferences().preload, 'utf8');
    // What a sandboxed preload script has, and no more.
    const module = { exports: {} };
    const globals = { crypto, console, process: { argv }, require: sandboxed, module };
    runInNewContext(code, { ...globals, exports: module.exports });
    return { worlds, asked };
  };

  test('exposes the API by itself in a window with preloadPreferences()', () => {
    const { additionalArguments, preload } = preloadPreferences({ key: 'jobs', channel: 'a:b' });
    expect(preload).toMatch(/preload\.js$/);
    const listened: string[] = [];
    const ipcRenderer = { on: (channel: string) => listened.push(channel) };
    const { worlds, asked } = asScript(['electron', ...additionalArguments], ipcRenderer as never);
    expect(asked).toEqual(['electron']);
    expect(Object.keys(worlds)).toEqual(['jobs']);
    expect(listened).toEqual(['a:b:events']);
    expect(worlds.jobs).toMatchObject({
      execute: expect.any(Function),
      on: expect.any(Function),
    });
  });

  test('exposes it by any name that is taken', () => {
    const { additionalArguments } = preloadPreferences({ key: '$engine_1', channel: 'mine' });
    const listened: string[] = [];
    const ipcRenderer = { on: (channel: string) => listened.push(channel) };
    const { worlds } = asScript(['electron', ...additionalArguments], ipcRenderer as never);
    expect(Object.keys(worlds)).toEqual(['$engine_1']);
    expect(listened).toEqual(['mine:events']);
  });

  test.each(['', 'key', ':channel', 'key:', 'a-b:channel'])(
    'refuses what preloadPreferences() does not give: %j',
    (given) => {
      const [argument = ''] = preloadPreferences({ key: 'a', channel: 'b' }).additionalArguments;
      expect(thrown(() => asScript([argument.replace('a:b', given)]))).toMatchObject({
        code: 'ERR_INVALID_ARG_VALUE',
        message: expect.stringMatching(/must be those of preloadPreferences\(\). Received '--/),
      });
    },
  );

  test('does nothing by itself otherwise', () => {
    expect(asScript(['electron'])).toEqual({ worlds: {}, asked: [] });
  });

  test('needs nothing but electron', () => {
    const code = readFileSync(preloadPreferences().preload, 'utf8');
    const required = [...code.matchAll(/\brequire\(([^)]*)\)/g)].map(([, name]) => name);
    expect(required).toEqual(['"electron"']);
  });

  test.each([
    [{ key: 'not a name' }, /The "key" option must be a name such as executionEngine/],
    [{ channel: 'no spaces' }, /The "channel" option must be letters/],
    [{ name: 'x' }, /The "name" option must be one of: key, channel/],
  ])('refuses %j', (options, message) => {
    expect(thrown(() => preloadPreferences(options as never))).toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringMatching(message),
    });
    expect(thrown(() => exposeInPreload({} as never, options as never))).toMatchObject({
      message: expect.stringMatching(message),
    });
  });
});
