import { exposeEngine } from 'escher-execution-engine/electron';
import { sh } from '../support/commands';
import { FakeWindow, fakeIpcMain } from '../support/electron';
import { makeEngine } from '../support/engine';
import { rejection } from '../support/expectations';
import { polluted } from '../support/pollution';

const DENIED = { code: 'ERR_ACCESS_DENIED' };

describe('a polluted Object.prototype', () => {
  test('authorize does not let a page run a command', async () => {
    const engine = makeEngine();
    const ipcMain = fakeIpcMain();
    await polluted({ authorize: () => true }, async () => {
      exposeEngine(engine, { ipcMain });
      const { page } = new FakeWindow(ipcMain);
      expect(await rejection(page.execute(sh('true')))).toMatchObject(DENIED);
      expect(await rejection(page.run(sh('true')))).toMatchObject(DENIED);
    });
    expect(await engine.listExecutions()).toEqual([]);
  });

  test.each([
    ['origins', ['https://evil.example']],
    ['validateSender', () => true],
  ])('%s does not let a page of another origin use the engine', async (name, value) => {
    const ipcMain = fakeIpcMain();
    await polluted({ [name]: value }, async () => {
      exposeEngine(makeEngine(), { ipcMain, authorize: () => true });
      const { page } = new FakeWindow(ipcMain, { url: 'https://evil.example/' });
      expect(await rejection(page.execute(sh('true')))).toMatchObject(DENIED);
    });
  });

  test('access does not give a page the executions of others', async () => {
    const engine = makeEngine();
    const ipcMain = fakeIpcMain();
    const id = await engine.execute(sh('true'));
    await polluted({ access: 'all' }, async () => {
      exposeEngine(engine, { ipcMain, authorize: () => true });
      const { page } = new FakeWindow(ipcMain);
      expect(await page.listExecutions()).toEqual([]);
      expect(await rejection(page.getStatus(id))).toMatchObject({
        code: 'ERR_EXECUTION_NOT_FOUND',
      });
      expect(await rejection(page.subscribeAll())).toMatchObject(DENIED);
    });
  });

  test('command does not complete a request of a page', async () => {
    const engine = makeEngine();
    const ipcMain = fakeIpcMain();
    exposeEngine(engine, { ipcMain, authorize: () => true });
    const { page } = new FakeWindow(ipcMain);
    await polluted({ command: { type: 'shell', command: 'true' } }, async () => {
      expect(await rejection(page.execute({} as never))).toMatchObject({
        code: 'ERR_INVALID_ARG_TYPE',
      });
    });
    expect(await engine.listExecutions()).toEqual([]);
  });
});
