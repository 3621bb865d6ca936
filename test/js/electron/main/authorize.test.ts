import type { ExecutionRequest } from 'escher-execution-engine';
import type { PageSender } from 'escher-execution-engine/electron';
import { exec, sh } from '../../support/commands';
import { rejection } from '../../support/expectations';
import { exposed, refused, window } from '../../support/exposed-engine';
import { waitFor } from '../../support/wait';

describe('authorize', () => {
  test('without authorize a page can run nothing', async () => {
    const { ipcMain, engine } = exposed({ authorize: undefined });
    const { page } = window(ipcMain);
    for (const start of [page.execute(sh('true')), page.run(sh('true'))]) {
      expect(await rejection(start)).toMatchObject(refused('has no "authorize"'));
    }
    expect(await engine.listExecutions()).toEqual([]);
    expect(await page.listExecutions()).toEqual([]);
  });

  test('gets the request and the sender, and may be asynchronous', async () => {
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

  test('can replace the request', async () => {
    const { ipcMain } = exposed({
      authorize: ({ command }) => (command.type === 'exec' ? sh('echo instead') : false),
    });
    const { page } = window(ipcMain);
    const run = await page.run(exec('rm', ['-rf', '/nowhere']));
    expect((await run.result()).stdout).toBe('instead\n');
    expect(await rejection(page.run(sh('true')))).toMatchObject(refused('does not allow'));
  });

  test('is asked before a request is checked, and nothing is run', async () => {
    const { ipcMain, engine } = exposed({
      authorize: ({ command }) => command.type === 'exec',
    });
    const { page } = window(ipcMain);
    await page.validate(exec('/nowhere/program'), { files: false });
    expect(await rejection(page.validate(exec('/nowhere/program')))).toMatchObject({
      code: 'ERR_VALIDATION',
      reason: 'PROGRAM_NOT_FOUND',
    });
    expect(await rejection(page.validate(sh('true')))).toMatchObject(
      refused('The app does not allow this command'),
    );
    expect(await engine.listExecutions()).toEqual([]);
  });

  test('is not asked about a request with a progress pattern, unless the app accepts those', async () => {
    const patterned = sh('true', { progress: { pattern: /(\d+)%/ } });
    const refusing = exposed({ authorize: (request) => ({ ...request }) });
    expect(await rejection(window(refusing.ipcMain).page.execute(patterned))).toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message:
        'The "request.progress.pattern" property is not accepted: the host has not set the option "allowProgressPatterns"',
    });
    expect(await refusing.engine.listExecutions()).toEqual([]);
    const { ipcMain } = exposed({ allowProgressPatterns: true });
    const { page } = window(ipcMain);
    expect(await page.execute(patterned)).toEqual(expect.any(String));
    expect(await page.execute(sh('true', { progress: true }))).toEqual(expect.any(String));
  });

  test.each([[false], [undefined], [null], [1], ['yes']])(
    'refuses by returning %p',
    async (answer) => {
      const { ipcMain, engine } = exposed({ authorize: () => answer as boolean });
      expect(await rejection(window(ipcMain).page.execute(sh('true')))).toMatchObject(
        refused('The app does not allow this command'),
      );
      expect(await engine.listExecutions()).toEqual([]);
    },
  );

  test('refuses by throwing, and the page gets the message', async () => {
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

  test('a page cannot choose an id', async () => {
    const { ipcMain } = exposed();
    const id = '11111111-1111-4111-8111-111111111111';
    expect(await rejection(window(ipcMain).page.execute({ ...sh('true'), id }))).toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringContaining('"request.id" must not be set'),
    });
  });

  test('a page that is left during authorize runs nothing', async () => {
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
