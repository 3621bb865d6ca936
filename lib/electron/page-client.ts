/** The page's side of the line: calls and their answers, and batches of events. */

import type {
  ElectronIpcRenderer,
  PageError,
  PageEventName,
  PageEvents,
} from '../../types/electron';
import type { LineEvent, OutputEvent } from '../../types/events';
import {
  type Batch,
  type Call,
  callChannel,
  eventChannel,
  LISTENERS,
  type Reply,
  type Taken,
  takenChannel,
} from './wire';

type Callback = (event: never) => unknown;
type Receiver = (name: PageEventName, payload: unknown) => unknown;

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
      if (batch.page === this.#page) void this.#take(batch);
    });
    this.#receivers.set(LISTENERS, (name, payload) => this.#tellListeners(name, payload));
  }

  /** Rejects with a {@link PageError}. */
  async call<T>(method: string, ...args: unknown[]): Promise<T> {
    const reply = await this.#invoke({ page: this.#page, method, args });
    if ('error' in reply) throw reply.error;
    return reply.value as T;
  }

  /** Gives a number under which the events of a watch arrive here. */
  receive(receiver: Receiver): number {
    const number = ++this.#lastNumber;
    this.#receivers.set(number, receiver);
    return number;
  }

  forget(number: number): void {
    this.#receivers.delete(number);
  }

  on(name: PageEventName, callback: Callback): () => void {
    // An object for each, since the same function may be added twice.
    const listener = { callback };
    let listeners = this.#listeners.get(name);
    if (listeners === undefined) {
      listeners = new Set();
      this.#listeners.set(name, listeners);
    }
    listeners.add(listener);
    if (isOfLines(name)) this.#askForLines();
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

  #askForLines(): void {
    if (this.#listensToLines) return;
    this.#listensToLines = true;
    this.call('listenToLines').catch((error: PageError) => {
      this.#listensToLines = false;
      console.error('escher-execution-engine: no lines will come:', error.message);
    });
  }

  /** The main process hears of it when all callbacks are done. */
  async #take({ number, events }: Batch): Promise<void> {
    const pending: unknown[] = [];
    for (const [watch, name, payload] of events) {
      pending.push(this.#receivers.get(watch)?.(name, payload));
    }
    await Promise.all(pending);
    const taken: Taken = { page: this.#page, number };
    this.#ipcRenderer.send(takenChannel(this.#channel), taken);
  }

  async #tellListeners(name: PageEventName, payload: unknown): Promise<void> {
    const pending = this.#callAll(name, payload as never);
    if (name === 'output') pending.push(...this.#tellLines(payload as OutputEvent));
    await Promise.all(pending);
  }

  #tellLines({ executionId, timestamp, stream, lines, firstSeq, partial }: OutputEvent): unknown[] {
    if (!this.#listeners.get(stream)?.size) return [];
    return lines.flatMap((line, index) => {
      const isLast = index === lines.length - 1;
      const seq = firstSeq + index;
      const event: LineEvent = { executionId, timestamp, line, seq, partial: partial && isLast };
      return this.#callAll(stream, event);
    });
  }

  #callAll<Name extends PageEventName>(name: Name, payload: PageEvents[Name]): unknown[] {
    return [...(this.#listeners.get(name) ?? [])].map(({ callback }) =>
      called(callback, payload as never),
    );
  }
}

const isOfLines = (name: PageEventName): boolean =>
  name === 'output' || name === 'stdout' || name === 'stderr';

/** Never fails: what a callback of the page throws is reported, and stops nothing. */
export function called(callback: Callback, payload: never): unknown {
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

/** What Electron itself throws. */
function transportError(error: unknown): PageError {
  const message = error instanceof Error ? error.message : String(error);
  const known = { name: 'Error', isRetryable: false };
  if (/could not be cloned/i.test(message)) {
    const text = `What is sent to the engine must be plain data: ${message}`;
    return { ...known, name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message: text };
  }
  const text = `The main process does not offer an engine to this page: ${message}`;
  return { ...known, code: 'ERR_ENGINE_CLOSED', message: text };
}

/** Of the web, and there in pages that are no secure context too. */
function randomToken(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join('-');
}
