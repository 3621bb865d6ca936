import { ExecutionError } from '../../../../lib/core/errors';
import { exposeSettings, OPTIONS } from '../../../../lib/electron/main/expose-options';
import { invalidOption } from '../../../../lib/electron/option-checks';
import { codedError, errorData } from '../../../../lib/electron/page-errors';
import { FakeWindow, fakeIpcMain } from '../../support/electron';
import { oneWindow } from '../../support/exposed-engine';
import { calledSetters, polluted } from '../../support/pollution';

/** A value for each option that changes what a page may do. */
const VALUES: Record<(typeof OPTIONS)[number], unknown> = {
  ipcMain: fakeIpcMain(),
  channel: 'polluted',
  authorize: () => true,
  validateSender: () => true,
  origins: ['https://evil.example'],
  allow: [],
  access: 'all',
  cancelWith: 'page',
  maxBytesInFlight: 1,
  maxHoldMs: 1,
  frameMs: 1,
  allowProgressPatterns: true,
  allowRawCapture: true,
  executePlan: () => {
    throw new Error('not asked for');
  },
  maxPlans: 1,
};

describe('a polluted Object.prototype', () => {
  test.each(OPTIONS.filter((name) => name !== 'ipcMain'))('adds no option: %s', async (name) => {
    const ipcMain = fakeIpcMain();
    const expected = exposeSettings({ ipcMain });
    await polluted({ [name]: VALUES[name] }, async () => {
      expect(exposeSettings({ ipcMain })).toEqual(expected);
    });
  });

  test('ipcMain is not one of them', async () => {
    await polluted({ ipcMain: VALUES.ipcMain }, async () => {
      expect(() => exposeSettings({})).toThrow('"ipcMain" option must be the ipcMain of electron');
    });
  });

  test('page, method and args do not complete a message', async () => {
    const { ipcMain } = oneWindow();
    const { webContents } = new FakeWindow(ipcMain);
    await polluted({ page: 'x', method: 'stats', args: [] }, async () => {
      const reply = webContents.arrive('execution-engine:call', [{}], webContents.mainFrame);
      expect(await reply).toMatchObject({ error: { code: 'ERR_INVALID_ARG_TYPE' } });
    });
  });

  test('with setters has none called by errors and options', async () => {
    const names = ['code', 'reason', 'errno', 'syscall', 'path', 'result', ...OPTIONS];
    const ipcMain = fakeIpcMain();
    const error = new ExecutionError('ERR_IO', 'x', { errno: -2, syscall: 'open', path: '/x' });
    const make = (): unknown[] => [
      codedError('ERR_ACCESS_DENIED', 'x'),
      errorData(error),
      exposeSettings({ ipcMain, channel: 'a' }),
      invalidOption('channel', 'text', 1),
    ];
    expect(await calledSetters(names, make)).toEqual([]);
    expect(make().slice(0, 2)).toMatchObject([
      { code: 'ERR_ACCESS_DENIED' },
      { code: 'ERR_IO', errno: -2, syscall: 'open', path: '/x' },
    ]);
  });

  test('details of an error are not those of the error that a page gets', async () => {
    const { page } = oneWindow();
    await polluted({ reason: 'x', errno: 1, syscall: 'x', path: 'x', result: {} }, async () => {
      const error = await page.getStatus('unknown').catch((thrown: object) => thrown);
      expect(Object.keys(error)).toEqual(['name', 'message', 'code', 'isRetryable']);
    });
  });
});
