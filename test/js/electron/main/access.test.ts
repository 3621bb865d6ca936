import { exec, LONG, sh } from '../../support/commands';
import { rejection } from '../../support/expectations';
import { exposed, refused, window } from '../../support/exposed-engine';

describe('allow', () => {
  test('limits the methods to the named ones', async () => {
    const { ipcMain } = exposed({ allow: ['execute', 'getStatus'] });
    const { page } = window(ipcMain);
    const run = await page.run(sh(LONG));
    expect(await page.getStatus(run.id)).toMatch(/pending|running/);
    expect(await rejection(run.cancel())).toMatchObject(refused("may not call 'cancel'"));
    expect(await rejection(page.stats())).toMatchObject(refused("may not call 'stats'"));
  });

  test('`execute` includes `run`', async () => {
    const { ipcMain } = exposed({ allow: ['stats'] });
    const { page } = window(ipcMain);
    expect(await rejection(page.run(sh('true')))).toMatchObject(refused("may not call 'execute'"));
    expect(await rejection(page.execute(sh('true')))).toMatchObject(refused("'execute'"));
  });
});

describe('access', () => {
  test("'own' reports executions of others as unknown", async () => {
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

  test("'own' applies the limit of a listing to the page's executions", async () => {
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
  ])('a listing by %j is refused with any access', async (filter, code) => {
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

  test("'all' gives access to all executions of the engine", async () => {
    const { ipcMain, engine } = exposed({ access: 'all' });
    const { page } = window(ipcMain);
    const id = await engine.execute(sh(LONG));
    expect(await page.listExecutions()).toMatchObject([{ id }]);
    expect(await page.cancel(id)).toBe(true);
    expect((await page.waitForCompletion(id)).status).toBe('cancelled');
  });
});
