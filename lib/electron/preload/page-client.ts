/** The page's side of the connection: calls and their replies, and batches of events. */

import type {
  ElectronIpcRenderer,
  PageError,
  PageEventName,
  PageEvents,
} from '../../../types/electron';
import type { LineEvent, OutputEvent } from '../../../types/events';
import {
  type Acknowledgement,
  ackChannel,
  type Batch,
  type Call,
  callChannel,
  eventChannel,
  LISTENERS,
  type Reply,
  type WireEvent,
} from '../ipc';

export type Callback = (event: never) => unknown;
/** Receives the events of a watch, or of a plan. */
type Receiver = (name: WireEvent[1], payload: unknown) => unknown;

export class PageClient {
  readonly #ipcRenderer: ElectronIpcRenderer;
  readonly #channel: string;
  readonly #page = randomToken();
  readonly #receivers = new Map<number, Receiver>();
  readonly #listeners = new Map<PageEventName, Set<{ callback: Callback }>>();
  #lastNumber = LISTENERS;
  #listensToLines = false;

  constructor(ipcRenderer: ElectronIpcRenderer, channel: string) {
    this.#ipcRenderer = ipcRenderer;
    this.#channel = channel;
    ipcRenderer.on(eventChannel(channel), (_event: unknown, batch: Batch) => {
      if (batch.page === this.#page) void this.#receive(batch);
    });
    this.#receivers.set(LISTENERS, (name, payload) =>
      this.#notifyListeners(name as PageEventName, payload),
    );
  }

  /** Rejects with a {@link PageError}. */
  async call<T>(method: string, ...args: unknown[]): Promise<T> {
    const reply = await this.#invoke({ page: this.#page, method, args });
    if (Object.hasOwn(reply, 'error')) throw (reply as { error: PageError }).error;
    return (reply as { value: T }).value;
  }

  /** Returns the number of a new watch, whose events go to `receiver`. */
  receive(receiver: Receiver): number {
    const number = ++this.#lastNumber;
    this.#receivers.set(number, receiver);
    return number;
  }

  forget(number: number): void {
    this.#receivers.delete(number);
  }

  on(name: PageEventName, callback: Callback): () => void {
    // An object for each call, because the same function can be added twice.
    const listener = { callback };
    let listeners = this.#listeners.get(name);
    if (listeners === undefined) {
      listeners = new Set();
      this.#listeners.set(name, listeners);
    }
    listeners.add(listener);
    if (isLineEvent(name)) this.#requestLines();
    return () => {
      listeners.delete(listener);
    };
  }

  async #invoke(call: Call): Promise<Reply> {
    try {
      return (await this.#ipcRenderer.invoke(callChannel(this.#channel), call)) as Reply;
    } catch (error) {
      return { error: transportError(error) };
    }
  }

  #requestLines(): void {
    if (this.#listensToLines) return;
    this.#listensToLines = true;
    this.call('listenToLines').catch((error: PageError) => {
      this.#listensToLines = false;
      console.error('escher-execution-engine: lines cannot be received:', error.message);
    });
  }

  /** Acknowledged when all callbacks are done. */
  async #receive({ number, events }: Batch): Promise<void> {
    const pending: unknown[] = [];
    for (const [watch, name, payload] of events) {
      pending.push(this.#receivers.get(watch)?.(name, payload));
    }
    await Promise.all(pending);
    const acknowledgement: Acknowledgement = { page: this.#page, number };
    this.#ipcRenderer.send(ackChannel(this.#channel), acknowledgement);
  }

  async #notifyListeners(name: PageEventName, payload: unknown): Promise<void> {
    const pending = this.#callAll(name, payload as never);
    if (name === 'output') pending.push(...this.#notifyLineListeners(payload as OutputEvent));
    await Promise.all(pending);
  }

  #notifyLineListeners({
    executionId,
    timestamp,
    key,
    stream,
    lines,
    firstSeq,
    partial,
  }: OutputEvent): unknown[] {
    if (!this.#listeners.get(stream)?.size) return [];
    return lines.flatMap((line, index) => {
      const isUnfinished = partial && index === lines.length - 1;
      const seq = firstSeq + index;
      const event: LineEvent = { executionId, timestamp, key, line, seq, partial: isUnfinished };
      return this.#callAll(stream, event);
    });
  }

  #callAll<Name extends PageEventName>(name: Name, payload: PageEvents[Name]): unknown[] {
    return [...(this.#listeners.get(name) ?? [])].map(({ callback }) =>
      callSafely(callback, payload as never),
    );
  }
}

const isLineEvent = (name: PageEventName): boolean =>
  name === 'output' || name === 'stdout' || name === 'stderr';

/** Never throws: an error of the callback is printed to the console. */
export function callSafely(callback: Callback, payload: never): unknown {
  try {
    const value = callback(payload);
    return typeof value === 'object' ? Promise.resolve(value).catch(report) : undefined;
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): void {
  console.error('escher-execution-engine: a callback failed:', error);
}

/** An error of Electron's `invoke`. */
function transportError(error: unknown): PageError {
  const message = error instanceof Error ? error.message : String(error);
  const known = { name: 'Error', isRetryable: false };
  if (/could not be cloned/i.test(message)) {
    const text = `Arguments for the engine must be plain data: ${message}`;
    return { ...known, name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message: text };
  }
  const text = `The main process does not offer an engine to this page: ${message}`;
  return { ...known, code: 'ERR_ENGINE_CLOSED', message: text };
}

/** `getRandomValues` also exists in a page that is not a secure context. */
function randomToken(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join('-');
}
