import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { preloadPreferences } from 'escher-execution-engine/electron';
import { exposeInPreload } from 'escher-execution-engine/electron/preload';
import { bridged } from '../../support/context-bridge';
import type { FakeIpcRenderer } from '../../support/electron-ipc';
import { thrown } from '../../support/expectations';

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
    // Only what a sandboxed preload script has.
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

  test('exposes the API under another key and channel', () => {
    const { additionalArguments } = preloadPreferences({ key: '$engine_1', channel: 'mine' });
    const listened: string[] = [];
    const ipcRenderer = { on: (channel: string) => listened.push(channel) };
    const { worlds } = asScript(['electron', ...additionalArguments], ipcRenderer as never);
    expect(Object.keys(worlds)).toEqual(['$engine_1']);
    expect(listened).toEqual(['mine:events']);
  });

  test.each(['', 'key', ':channel', 'key:', 'a-b:channel'])(
    'refuses an argument that preloadPreferences() does not create: %j',
    (given) => {
      const [argument = ''] = preloadPreferences({ key: 'a', channel: 'b' }).additionalArguments;
      expect(thrown(() => asScript([argument.replace('a:b', given)]))).toMatchObject({
        code: 'ERR_INVALID_ARG_VALUE',
        message: expect.stringMatching(/must be those of preloadPreferences\(\). Received '--/),
      });
    },
  );

  test('does nothing without the argument', () => {
    expect(asScript(['electron'])).toEqual({ worlds: {}, asked: [] });
  });

  test('requires no module but electron', () => {
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
