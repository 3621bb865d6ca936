import type { ExecutionRequest } from 'escher-execution-engine';
import {
  type ExposeOptions,
  exposeEngine,
  type PageSender,
} from 'escher-execution-engine/electron';
import { exec, LONG, sh } from './support/commands';
import { FakeWindow, fakeIpcMain } from './support/electron';
import type { FakeIpcMain } from './support/electron-ipc';
import { makeEngine } from './support/engine';
import { rejection, thrown } from './support/expectations';
import { waitFor } from './support/wait';

const refused = (message: string | RegExp) => ({
  code: 'ERR_ACCESS_DENIED',
  message: expect.stringMatching(message),
});

function exposed(options: Partial<ExposeOptions> = {}) {
  const engine = makeEngine();
  const ipcMain = fakeIpcMain();
  const all = exposeEngine(engine, { ipcMain, authorize: () => true, ...options });
  return { engine, ipcMain, exposed: all };
}

const window = (ipcMain: FakeIpcMain, url?: string) =>
  new FakeWindow(ipcMain, url === undefined ? {} : { url });

describe('authorize', () => {
  test('without it pages run nothing', async () => {
    const { ipcMain, engine } = exposed({ authorize: undefined });
    const { page } = window(ipcMain);
    for (const start of [page.execute(sh('true')), page.run(sh('true'))]) {
      expect(await rejection(start)).toMatchObject(refused('given no "authorize"'));
    }
    expect(await engine.listExecutions()).toEqual([]);
    expect(await page.listExecutions()).toEqual([]);
  });

  test('sees the request and who asks, and may take some time', async () => {
    const seen: [ExecutionRequest, PageSender][] = [];
    const { ipcMain } = exposed({
      authorize: async (request, sender) => {
        seen.push([request, sender]);
        await new Promise((resolve) => setImmediate(resolve));
        return true;
      },
    });
    const { page, webContents } = window(ipcMain);
    await page.execute(exec('echo', ['a']));
    expect(seen).toEqual([
      [exec('echo', ['a']), { webContents, url: 'file:///app/index.html', origin: 'file://' }],
    ]);
  });

  test('may put another request in its place', async () => {
    const { ipcMain } = exposed({
      authorize: ({ command }) => (command.type === 'exec' ? sh('echo instead') : false),
    });
    const { page } = window(ipcMain);
    const run = await page.run(exec('rm', ['-rf', '/nowhere']));
    expect((await run.result()).stdout).toBe('instead\n');
    expect(await rejection(page.run(sh('true')))).toMatchObject(refused('does not allow'));
  });

  test.each([[false], [undefined], [null], [1], ['yes']])('refuses by %p', async (answer) => {
    const { ipcMain, engine } = exposed({ authorize: () => answer as boolean });
    expect(await rejection(window(ipcMain).page.execute(sh('true')))).toMatchObject(
      refused('The app does not allow this command'),
    );
    expect(await engine.listExecutions()).toEqual([]);
  });

  test('refuses by an exception, whose message the page is told', async () => {
    const { ipcMain } = exposed({
      authorize: ({ command }) => {
        throw new Error(`no ${command.type} today`);
      },
    });
    expect(await rejection(window(ipcMain).page.execute(sh('true')))).toMatchObject(
      refused('no shell today'),
    );
  });

  test.each([[undefined], [null], ['ls'], [{}], [{ command: 'ls' }], [{ command: {} }]])(
    'is not asked about %p',
    async (request) => {
      const authorize = jest.fn(() => true);
      const { ipcMain } = exposed({ authorize });
      expect(await rejection(window(ipcMain).page.execute(request as never))).toMatchObject({
        code: 'ERR_INVALID_ARG_TYPE',
        message: expect.stringContaining('"request" must be an object with a "command"'),
      });
      expect(authorize).not.toHaveBeenCalled();
    },
  );

  test('ids are made by the engine', async () => {
    const { ipcMain } = exposed();
    const id = '11111111-1111-4111-8111-111111111111';
    expect(await rejection(window(ipcMain).page.execute({ ...sh('true'), id }))).toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringContaining('"request.id" cannot be chosen'),
    });
  });

  test('a page that was left meanwhile runs nothing', async () => {
    let decide: ((answer: boolean) => void) | undefined;
    const { ipcMain, engine } = exposed({
      authorize: () =>
        new Promise<boolean>((resolve) => {
          decide = resolve;
        }),
    });
    const asking = window(ipcMain);
    const { webContents } = asking;
    await asking.page.runningCount();
    const call = { page: 'first', method: 'execute', args: [sh('true')] };
    const answered = webContents.arrive('execution-engine:call', [call], webContents.mainFrame);
    await waitFor('the question', () => decide);
    asking.reload();
    decide?.(true);
    expect(await answered).toMatchObject({ error: refused('was left') });
    expect(await engine.listExecutions()).toEqual([]);
  });
});

describe('who may ask', () => {
  test.each([
    ['https://example.com/app.html', 'https://example.com'],
    ['http://localhost:5173/', 'http://localhost:5173'],
    ['data:text/html,x', 'data://'],
    ['', ''],
  ])('not a page of %s', async (url, origin) => {
    const { ipcMain } = exposed();
    expect(await rejection(window(ipcMain, url).page.stats())).toMatchObject(
      refused(`Pages of '${origin}' may not use the engine`),
    );
  });

  test('those of `origins`, by scheme, host and port', async () => {
    const origins = ['app://main', 'http://localhost:5173'];
    const { ipcMain } = exposed({ origins });
    expect(await window(ipcMain, 'app://main/index.html').page.runningCount()).toBe(0);
    expect(await window(ipcMain, 'http://localhost:5173/#/a').page.runningCount()).toBe(0);
    for (const url of [
      'app://other/index.html',
      'http://localhost:51730/',
      'http://localhost:5173@example.com/',
      'file:///app/index.html',
    ]) {
      expect(await rejection(window(ipcMain, url).page.runningCount())).toMatchObject(
        refused('may not use'),
      );
    }
  });

  test('those that validateSender says', async () => {
    const { ipcMain } = exposed({
      validateSender: ({ url }) => {
        if (url.includes('throw')) throw new Error('no');
        return url.endsWith('/trusted.html');
      },
    });
    expect(await window(ipcMain, 'https://a.example/trusted.html').page.runningCount()).toBe(0);
    for (const url of ['file:///app/index.html', 'https://a.example/throw']) {
      expect(await rejection(window(ipcMain, url).page.runningCount())).toMatchObject(
        refused('may not use'),
      );
    }
  });

  test('after a navigation the same window is asked again who it is', async () => {
    const { ipcMain } = exposed();
    const shown = window(ipcMain);
    expect(await shown.page.runningCount()).toBe(0);
    shown.webContents.mainFrame.url = 'https://example.com/';
    expect(await rejection(shown.page.runningCount())).toMatchObject(refused('may not use'));
  });

  const call = { page: 'p', method: 'runningCount', args: [] };

  test('never a frame within a page, nor one that is gone', async () => {
    const { ipcMain } = exposed({ validateSender: () => true });
    const { webContents } = window(ipcMain);
    const inner = { url: 'file:///app/frame.html', parent: webContents.mainFrame };
    const disposed = {
      get parent(): never {
        throw new Error('Render frame was disposed before WebFrameMain could be accessed');
      },
      url: 'file:///app/index.html',
    };
    for (const frame of [inner, disposed, null]) {
      expect(await webContents.arrive('execution-engine:call', [call], frame)).toEqual({
        error: expect.objectContaining(refused('main frame')),
      });
    }
    const { mainFrame } = webContents;
    expect(await webContents.arrive('execution-engine:call', [call], mainFrame)).toEqual({
      value: 0,
    });
  });

  test.each([
    [[]],
    [[null]],
    [['stats']],
    [[{ method: 'stats', args: [] }]],
    [[{ page: '', method: 'stats', args: [] }]],
    [[{ page: 'p', method: 'stats' }]],
    [[{ page: 'p', method: 'stats', args: 'x' }]],
    [[{ page: 'p', method: { toString: null }, args: [] }]],
  ])('forged messages are answered: %j', async (args) => {
    const { ipcMain } = exposed();
    const { webContents } = window(ipcMain);
    expect(
      await webContents.arrive('execution-engine:call', args, webContents.mainFrame),
    ).toMatchObject({ error: { code: 'ERR_INVALID_ARG_TYPE' } });
  });

  test.each(['shutdown', 'constructor', '__proto__', 'toString', 'emit', 'cleanup', 'on', ''])(
    'there is no method %j',
    async (method) => {
      const { ipcMain, engine } = exposed();
      const { webContents } = window(ipcMain);
      const message = { page: 'p', method, args: [{}] };
      expect(
        await webContents.arrive('execution-engine:call', [message], webContents.mainFrame),
      ).toMatchObject({
        error: { code: 'ERR_INVALID_ARG_VALUE', message: expect.stringContaining(`'${method}'`) },
      });
      expect(await engine.runningCount()).toBe(0);
    },
  );

  test('forged acknowledgements change nothing', async () => {
    const { ipcMain } = exposed();
    const shown = window(ipcMain);
    const run = await shown.page.run(exec('seq', ['1', '1000']), { onOutput: () => undefined });
    for (const message of [
      undefined,
      null,
      7,
      {},
      { page: 'x', number: 1 },
      { page: 1, number: 'a' },
    ]) {
      ipcMain.emit('execution-engine:taken', { sender: shown.webContents }, message ?? {});
    }
    expect((await run.result()).status).toBe('completed');
  });

  test('the numbers of watches are numbers', async () => {
    const { ipcMain, engine } = exposed();
    const { webContents } = window(ipcMain);
    const message = { page: 'p', method: 'run', args: [sh('true'), '__proto__', true] };
    expect(
      await webContents.arrive('execution-engine:call', [message], webContents.mainFrame),
    ).toMatchObject({ error: { code: 'ERR_INVALID_ARG_TYPE' } });
    expect(await engine.listExecutions()).toEqual([]);
  });
});

describe('allow', () => {
  test('leaves only what it names', async () => {
    const { ipcMain } = exposed({ allow: ['execute', 'getStatus'] });
    const { page } = window(ipcMain);
    const run = await page.run(sh(LONG));
    expect(await page.getStatus(run.id)).toMatch(/pending|running/);
    expect(await rejection(run.cancel())).toMatchObject(refused("may not call 'cancel'"));
    expect(await rejection(page.stats())).toMatchObject(refused("may not call 'stats'"));
  });

  test('`execute` is `run` too', async () => {
    const { ipcMain } = exposed({ allow: ['stats'] });
    const { page } = window(ipcMain);
    expect(await rejection(page.run(sh('true')))).toMatchObject(refused("may not call 'execute'"));
    expect(await rejection(page.execute(sh('true')))).toMatchObject(refused("'execute'"));
  });
});

describe('access', () => {
  test("'own': the executions of others are not there", async () => {
    const { ipcMain, engine } = exposed();
    const [mine, yours] = [window(ipcMain).page, window(ipcMain).page];
    const id = await mine.execute(exec('cat', [], { stdin: 'pipe' }));
    const ofApp = await engine.execute(sh(LONG));
    for (const foreign of [id, id.toUpperCase(), ofApp]) {
      for (const attempt of [
        yours.getStatus(foreign),
        yours.getResult(foreign),
        yours.waitForCompletion(foreign),
        yours.cancel(foreign),
        yours.kill(foreign, 'SIGKILL'),
        yours.sendInput(foreign, 'x'),
        yours.closeInput(foreign),
        yours.removeExecution(foreign),
        yours.subscribe(foreign),
        yours.watch(foreign, {}),
      ]) {
        expect(await rejection(attempt)).toMatchObject({
          code: 'ERR_EXECUTION_NOT_FOUND',
          message: `Execution not found: ${foreign}`,
        });
      }
    }
    expect(await yours.listExecutions()).toEqual([]);
    expect(await mine.listExecutions({ limit: 5 })).toMatchObject([{ id }]);
    expect(await rejection(yours.subscribeAll())).toMatchObject(refused('"access" is \'own\''));
    expect(await mine.getStatus(id.toUpperCase())).toMatch(/pending|running/);
  });

  test("'own': the limit of a listing counts what is shown", async () => {
    const { ipcMain, engine } = exposed();
    const { page } = window(ipcMain);
    const ids = [await page.execute(sh('true')), await page.execute(sh('true'))];
    for (let i = 0; i < 3; i++) await engine.execute(sh('true'));
    expect((await page.listExecutions({ limit: 2 })).map(({ id }) => id)).toEqual(ids.reverse());
    expect(await rejection(page.listExecutions({ nope: 1 } as never))).toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
    });
  });

  test.each([
    [null, 'ERR_INVALID_ARG_TYPE'],
    [5, 'ERR_INVALID_ARG_TYPE'],
    [{ limit: 'x' }, 'ERR_INVALID_ARG_TYPE'],
    [{ limit: -1 }, 'ERR_OUT_OF_RANGE'],
    [{ limit: Number.NaN }, 'ERR_OUT_OF_RANGE'],
    [{ status: 'over' }, 'ERR_INVALID_ARG_VALUE'],
  ])('a listing by %j is refused, whatever the access', async (filter, code) => {
    for (const access of ['own', 'all'] as const) {
      const { ipcMain } = exposed({ access });
      const { page } = window(ipcMain);
      expect(await rejection(page.listExecutions(filter as never))).toMatchObject({
        name: expect.stringMatching(/^(Type|Range)Error$/),
        code,
        message: expect.stringContaining('"filter'),
      });
    }
  });

  test("'all': everything of the engine", async () => {
    const { ipcMain, engine } = exposed({ access: 'all' });
    const { page } = window(ipcMain);
    const id = await engine.execute(sh(LONG));
    expect(await page.listExecutions()).toMatchObject([{ id }]);
    expect(await page.cancel(id)).toBe(true);
    expect((await page.waitForCompletion(id)).status).toBe('cancelled');
  });
});

describe('options', () => {
  test.each([
    [{ ipcMain: undefined }, /"ipcMain" option must be the ipcMain of electron/],
    [{ ipcMain: {} }, /"ipcMain"/],
    [{ authorise: () => true }, /"authorise" option must be one of: ipcMain, channel, authorize/],
    [{ authorize: true }, /"authorize" option must be a function. Received boolean/],
    [{ validateSender: 'x' }, /"validateSender" option must be a function/],
    [{ channel: 'a b' }, /"channel" option must be letters/],
    [{ origins: 'file://' }, /"origins" option must be an array of strings/],
    [
      { allow: ['shutdown'] },
      /"allow" option must be one of: execute, cancel.*Received 'shutdown'/,
    ],
    [{ access: 'none' }, /"access" option must be one of: own, all. Received 'none'/],
    [{ cancelWith: true }, /"cancelWith" option must be one of: none, window, page/],
    [{ maxBytesInFlight: 0 }, /"maxBytesInFlight" option must be a number >= 1. Received '0'/],
    [{ maxHoldMs: -1 }, /"maxHoldMs" option must be a number >= 0/],
    [{ frameMs: Number.NaN }, /"frameMs" option must be a number >= 0/],
  ])('%j is refused', (options, message) => {
    expect(thrown(() => exposed(options as never))).toMatchObject({
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringMatching(message),
    });
  });

  test('no engine, no options', () => {
    const ipcMain = fakeIpcMain();
    expect(thrown(() => exposeEngine({} as never, { ipcMain }))).toMatchObject({
      message: expect.stringContaining('"engine" option must be an ExecutionEngine'),
    });
    expect(thrown(() => exposeEngine(makeEngine(), undefined as never))).toMatchObject({
      message: expect.stringContaining('"options" option must be an object. Received undefined'),
    });
  });

  test('one engine for each channel', async () => {
    const ipcMain = fakeIpcMain();
    const [first, second] = [makeEngine(), makeEngine()];
    const options = { ipcMain, authorize: () => true };
    exposeEngine(first, options);
    expect(thrown(() => exposeEngine(second, options))).toMatchObject({
      message: expect.stringContaining('second handler'),
    });
    exposeEngine(second, { ...options, channel: 'second' });
    const { page } = new FakeWindow(ipcMain, { channel: 'second' });
    const id = await page.execute(sh('true'));
    expect(await second.listExecutions()).toMatchObject([{ id }]);
    expect(await first.listExecutions()).toEqual([]);
  });
});
