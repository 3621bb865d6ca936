import { exposeEngine } from 'escher-execution-engine/electron';
import { sh } from '../../support/commands';
import { FakeWindow, fakeIpcMain } from '../../support/electron';
import { makeEngine } from '../../support/engine';
import { thrown } from '../../support/expectations';
import { exposed } from '../../support/exposed-engine';

describe('the options of exposeEngine', () => {
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
      /"allow" option must be one of: execute, validate, cancel.*Received 'shutdown'/,
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

  test('an engine and options are required', () => {
    const ipcMain = fakeIpcMain();
    expect(thrown(() => exposeEngine({} as never, { ipcMain }))).toMatchObject({
      message: expect.stringContaining('"engine" option must be an ExecutionEngine'),
    });
    expect(thrown(() => exposeEngine(makeEngine(), undefined as never))).toMatchObject({
      message: expect.stringContaining('"options" option must be an object. Received undefined'),
    });
  });

  test('each channel serves one engine', async () => {
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
