/**
 * The IPC of Electron, by its documented contract: it clones what it carries (here over a real
 * `MessageChannel`), keeps only the message of an error, and throws for a window that is gone. Used
 * outside of Jest too.
 */

import { EventEmitter } from 'node:events';
import { serialize } from 'node:v8';
import type { MessagePort } from 'node:worker_threads';
import type {
  ElectronIpcEvent,
  ElectronIpcMain,
  ElectronIpcRenderer,
} from 'escher-execution-engine/electron';

type Handler = (event: ElectronIpcEvent, ...args: unknown[]) => unknown;

interface Packet {
  kind: 'send' | 'invoke' | 'reply' | 'failed';
  channel: string;
  args: unknown[];
  call: number;
}

export class FakeIpcMain extends EventEmitter implements ElectronIpcMain {
  readonly handlers = new Map<string, Handler>();

  handle(channel: string, handler: Handler): void {
    if (this.handlers.has(channel)) {
      throw new Error(`Attempted to register a second handler for '${channel}'`);
    }
    this.handlers.set(channel, handler);
  }

  removeHandler(channel: string): void {
    this.handlers.delete(channel);
  }
}

/** A window from the side of the main process. */
export class FakeWebContents extends EventEmitter {
  static #lastId = 0;
  readonly id = ++FakeWebContents.#lastId;
  readonly mainFrame: { url: string; parent: unknown };
  /** Bytes of each batch of events that was sent, by its number. */
  readonly sent = new Map<number, number>();
  readonly #ipcMain: FakeIpcMain;
  readonly #port: MessagePort;
  #destroyed = false;

  constructor(ipcMain: FakeIpcMain, port: MessagePort, url: string) {
    super();
    this.#ipcMain = ipcMain;
    this.#port = port;
    this.mainFrame = { url, parent: null };
    port.on('message', (packet: Packet) => this.#receive(packet, this.mainFrame));
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  send(channel: string, ...args: unknown[]): void {
    if (this.#destroyed) throw new TypeError('Object has been destroyed');
    const [batch] = args as [{ number?: number }?];
    if (batch?.number !== undefined) this.sent.set(batch.number, serialize(args).byteLength);
    this.#port.postMessage({ kind: 'send', channel, args, call: 0 } satisfies Packet);
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#port.close();
    this.emit('destroyed');
  }

  /** What a renderer sends, from whatever frame it says. */
  arrive(channel: string, args: unknown[], frame: ElectronIpcEvent['senderFrame']): unknown {
    const event: ElectronIpcEvent = { sender: this, senderFrame: frame };
    return this.#ipcMain.handlers.get(channel)?.(event, ...args);
  }

  #receive({ kind, channel, args, call }: Packet, frame: ElectronIpcEvent['senderFrame']): void {
    const event: ElectronIpcEvent = { sender: this, senderFrame: frame };
    if (kind === 'send') {
      this.#ipcMain.emit(channel, event, ...args);
      return;
    }
    void this.#handle(event, channel, args).then(
      (value) => this.#reply('reply', channel, value, call),
      (error) => this.#reply('failed', channel, String(error), call),
    );
  }

  async #handle(event: ElectronIpcEvent, channel: string, args: unknown[]): Promise<unknown> {
    const handler = this.#ipcMain.handlers.get(channel);
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
    return await handler(event, ...args);
  }

  #reply(kind: 'reply' | 'failed', channel: string, value: unknown, call: number): void {
    if (!this.#destroyed) this.#port.postMessage({ kind, channel, args: [value], call });
  }
}

/** The renderer of a window: what a preload script has. One for each load of a page. */
export class FakeIpcRenderer extends EventEmitter implements ElectronIpcRenderer {
  readonly #port: MessagePort;
  readonly #calls = new Map<number, [(value: unknown) => void, (error: Error) => void]>();
  readonly #onMessage = (packet: Packet): void => this.#receive(packet);
  #lastCall = 0;

  constructor(port: MessagePort) {
    super();
    this.#port = port;
    port.on('message', this.#onMessage);
  }

  send(channel: string, ...args: unknown[]): void {
    this.#port.postMessage({ kind: 'send', channel, args, call: 0 });
  }

  async invoke(channel: string, ...args: unknown[]): Promise<unknown> {
    const call = ++this.#lastCall;
    return await new Promise((resolve, reject) => {
      this.#port.postMessage({ kind: 'invoke', channel, args, call });
      this.#calls.set(call, [resolve, reject]);
    });
  }

  /** The page is left: its scripts run no more. */
  unload(): void {
    this.#port.off('message', this.#onMessage);
    this.#calls.clear();
  }

  #receive({ kind, channel, args, call }: Packet): void {
    if (kind === 'send') {
      this.emit(channel, { sender: this, ports: [] }, ...args);
      return;
    }
    const [resolve, reject] = this.#calls.get(call) ?? [];
    this.#calls.delete(call);
    if (kind === 'reply') resolve?.(args[0]);
    else reject?.(new Error(`Error invoking remote method '${channel}': ${args[0]}`));
  }
}
