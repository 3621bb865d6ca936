/** Engines that are exposed to fake windows, and what tests read of them. */

import type { ExecutionEngine } from 'escher-execution-engine';
import { type ExposeOptions, exposeEngine } from 'escher-execution-engine/electron';
import { exec } from './commands';
import { FakeWindow, fakeIpcMain } from './electron';
import type { FakeIpcMain } from './electron-ipc';
import { makeEngine } from './engine';

/** An engine that is exposed without restrictions, but for `options`. */
export function exposed(options: Partial<ExposeOptions> = {}) {
  const engine = makeEngine();
  const ipcMain = fakeIpcMain();
  const all = exposeEngine(engine, { ipcMain, authorize: () => true, ...options });
  return { engine, ipcMain, exposed: all };
}

export const window = (ipcMain: FakeIpcMain, url?: string) =>
  new FakeWindow(ipcMain, url === undefined ? {} : { url });

/** An engine that is exposed to one window without restrictions. */
export function oneWindow(
  config: Parameters<typeof makeEngine>[0] = {},
  options: Partial<ExposeOptions> = {},
) {
  const engine = makeEngine(config);
  const ipcMain = fakeIpcMain();
  const all = { ipcMain, authorize: () => true, frameMs: 1, ...options };
  const exposed = exposeEngine(engine, all);
  const window = new FakeWindow(ipcMain);
  return { engine, ipcMain, exposed, window, page: window.page };
}

/** An engine that is exposed to two windows. */
export function twoWindows(options: Partial<ExposeOptions> = {}, config = {}) {
  const engine = makeEngine(config);
  const ipcMain = fakeIpcMain();
  const all = { ipcMain, authorize: () => true, frameMs: 0, ...options };
  const exposed = exposeEngine(engine, all);
  return { engine, ipcMain, exposed, one: new FakeWindow(ipcMain), two: new FakeWindow(ipcMain) };
}

/** Matches the error of a call that the app does not allow. */
export const refused = (message: string | RegExp) => ({
  code: 'ERR_ACCESS_DENIED',
  message: expect.stringMatching(message),
});

/** Records all messages that arrive in a window. */
export function messagesOf(window: FakeWindow): [string, Record<string, unknown>][] {
  const events: [string, Record<string, unknown>][] = [];
  window.renderer.on('execution-engine:events', (_event, batch) => {
    for (const [, name, payload] of batch.events) events.push([name, payload]);
  });
  return events;
}

/** The number of listeners by event. */
export const listenerCounts = (emitter: {
  eventNames(): (string | symbol)[];
  listenerCount(name: string | symbol): number;
}): Record<string, number> =>
  Object.fromEntries(
    emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)]),
  );

/** A command that runs until its input is closed. */
export const cat = () => exec('cat', [], { stdin: 'pipe' });

/** Ends the command, unless it was cancelled before. */
export async function endOfCat(engine: ExecutionEngine, id: string): Promise<string> {
  await engine.closeInput(id).catch(() => undefined);
  return (await engine.waitForCompletion(id)).status;
}
