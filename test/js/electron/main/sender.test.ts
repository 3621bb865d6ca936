import { exec, sh } from '../../support/commands';
import { rejection } from '../../support/expectations';
import { exposed, refused, window } from '../../support/exposed-engine';

describe('the sender of a call', () => {
  test.each([
    ['https://example.com/app.html', 'https://example.com'],
    ['http://localhost:5173/', 'http://localhost:5173'],
    ['data:text/html,x', 'data://'],
    ['', ''],
  ])('a page of %s is refused', async (url, origin) => {
    const { ipcMain } = exposed();
    expect(await rejection(window(ipcMain, url).page.stats())).toMatchObject(
      refused(`Pages of '${origin}' may not use the engine`),
    );
  });

  test('origins allows pages by scheme, host and port', async () => {
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

  test('validateSender decides instead of origins', async () => {
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

  test('a window is checked again after a navigation', async () => {
    const { ipcMain } = exposed();
    const shown = window(ipcMain);
    expect(await shown.page.runningCount()).toBe(0);
    shown.webContents.mainFrame.url = 'https://example.com/';
    expect(await rejection(shown.page.runningCount())).toMatchObject(refused('may not use'));
  });

  const call = { page: 'p', method: 'runningCount', args: [] };

  test('a frame within a page and a disposed frame are refused', async () => {
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
  ])('a forged message is answered with an error: %j', async (args) => {
    const { ipcMain } = exposed();
    const { webContents } = window(ipcMain);
    expect(
      await webContents.arrive('execution-engine:call', args, webContents.mainFrame),
    ).toMatchObject({ error: { code: 'ERR_INVALID_ARG_TYPE' } });
  });

  test.each(['shutdown', 'constructor', '__proto__', 'toString', 'emit', 'cleanup', 'on', ''])(
    'the method %j does not exist for pages',
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

  test('forged acknowledgements are ignored', async () => {
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

  test('the number of a watch must be an integer', async () => {
    const { ipcMain, engine } = exposed();
    const { webContents } = window(ipcMain);
    const message = { page: 'p', method: 'run', args: [sh('true'), '__proto__', true] };
    expect(
      await webContents.arrive('execution-engine:call', [message], webContents.mainFrame),
    ).toMatchObject({ error: { code: 'ERR_INVALID_ARG_TYPE' } });
    expect(await engine.listExecutions()).toEqual([]);
  });
});
