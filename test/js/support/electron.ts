/** Windows of an Electron that is not there: their pages have what the preload script exposes. */

import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { ElectronIpcEvent, PageExecutionEngine } from 'escher-execution-engine/electron';
import { exposeInPreload } from 'escher-execution-engine/electron/preload';
import { bridged } from './context-bridge';
import { FakeIpcMain, FakeIpcRenderer, FakeWebContents } from './electron-ipc';

export interface WindowOptions {
  url?: string;
  channel?: string;
}

/** A window with a page in it, whose preload script exposes the engine. */
export class FakeWindow {
  readonly webContents: FakeWebContents;
  readonly #port: MessagePort;
  readonly #channel: string | undefined;
  #renderer: FakeIpcRenderer;
  #page: PageExecutionEngine;

  constructor(
    ipcMain: FakeIpcMain,
    { url = 'file:///app/index.html', channel }: WindowOptions = {},
  ) {
    const { port1, port2 } = new MessageChannel();
    this.webContents = new FakeWebContents(ipcMain, port1, url);
    this.#port = port2;
    this.#channel = channel;
    [this.#renderer, this.#page] = this.#load();
    made.push(this);
  }

  /** `window.executionEngine`, as the page has it. */
  get page(): PageExecutionEngine {
    return this.#page;
  }

  get renderer(): FakeIpcRenderer {
    return this.#renderer;
  }

  /** The order of Electron: the preload script of the new page may run before `did-navigate`. */
  reload({ preloadFirst = false, sameDocument = false } = {}): void {
    const details = { isMainFrame: true, isSameDocument: sameDocument };
    this.webContents.emit('did-start-navigation', details);
    if (sameDocument) return;
    this.#renderer.unload();
    if (!preloadFirst) this.webContents.emit('did-navigate');
    [this.#renderer, this.#page] = this.#load();
  }

  crash(): void {
    this.#renderer.unload();
    this.webContents.emit('render-process-gone');
  }

  destroy(): void {
    this.#renderer.unload();
    this.webContents.destroy();
    this.#port.close();
  }

  /** Bytes that the page has not taken. */
  bytesInFlight(): number {
    return [...this.webContents.sent.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  #load(): [FakeIpcRenderer, PageExecutionEngine] {
    const ipcRenderer = new FakeIpcRenderer(this.#port);
    const world = new Map<string, unknown>();
    const contextBridge = {
      exposeInMainWorld: (key: string, api: unknown) => world.set(key, bridged(api, true)),
    };
    exposeInPreload({ contextBridge, ipcRenderer }, { channel: this.#channel });
    return [ipcRenderer, world.get('executionEngine') as PageExecutionEngine];
  }
}

const made: FakeWindow[] = [];

/** An `ipcMain` that keeps the books of what the windows have taken. */
export function fakeIpcMain(): FakeIpcMain {
  const ipcMain = new FakeIpcMain();
  ipcMain.on(
    'execution-engine:taken',
    (event: ElectronIpcEvent, { number }: { number: number }) => {
      (event.sender as FakeWebContents).sent.delete(number);
    },
  );
  return ipcMain;
}

afterEach(() => {
  for (const window of made.splice(0)) window.destroy();
});
