/** `exposeEngine()`: offers an engine to the pages of windows. */

import type { Execution, ExecutionEngineApi } from '../../../types/api';
import type { ElectronIpcEvent, ElectronWebContents } from '../../../types/electron';
import type { ExposedEngine, ExposeOptions } from '../../../types/electron-main';
import type { RemovedEvent } from '../../../types/events';
import { ownValue, PlanRegistry } from '../../core/index';
import { type Acknowledgement, ackChannel, type Call, callChannel, type Reply } from '../ipc';
import { invalidOption } from '../option-checks';
import { codedError, errorData } from '../page-errors';
import { answerCall } from './calls';
import { ExecutionHubs } from './execution-hub';
import { type ExposeSettings, exposeSettings } from './expose-options';
import { OwnExecutions } from './own-executions';
import { checkedSender } from './sender';
import { Subscriptions } from './subscriptions';
import { EngineWindow } from './window';

/**
 * Lets the pages of windows run commands and watch them, through the API of `exposeInPreload()`.
 * Without `authorize` a page can run nothing, and without `origins` or `validateSender` only pages of
 * `file://` are answered. The app shuts the engine down.
 *
 * @example
 * ```ts
 * const exposed = exposeEngine(engine, {
 *   ipcMain,
 *   authorize: ({ command }) => command.type === 'exec' && command.program === 'git',
 * });
 * ```
 * @throws `TypeError`, `ERR_INVALID_ARG_VALUE`, with the name of the option; the error of Electron if
 * the channel is in use
 */
export function exposeEngine(engine: ExecutionEngineApi, options: ExposeOptions): ExposedEngine {
  if (typeof (engine as unknown as { run?: unknown } | null)?.run !== 'function') {
    throw invalidOption('engine', 'an ExecutionEngine', engine);
  }
  const settings = exposeSettings(options);
  const { ipcMain, channel } = settings;
  const windows = new EngineWindows(engine, settings);
  const handle = (event: ElectronIpcEvent, message: unknown) => windows.handle(event, message);
  const acknowledge = (event: ElectronIpcEvent, message: unknown): void =>
    windows.acknowledge(event, message);
  ipcMain.handle(callChannel(channel), handle);
  ipcMain.on(ackChannel(channel), acknowledge);

  let isDisposed = false;
  const dispose = (): void => {
    if (isDisposed) return;
    isDisposed = true;
    ipcMain.removeHandler(callChannel(channel));
    ipcMain.removeListener(ackChannel(channel), acknowledge);
    windows.close();
  };
  return {
    share(execution, webContents) {
      checkShared(execution, webContents);
      windows.share(execution, webContents);
    },
    dispose,
    [Symbol.dispose]: dispose,
  };
}

const CALL = ['page', 'method', 'args'] as const satisfies (keyof Call)[];
const ACKNOWLEDGEMENT = ['page', 'number'] as const satisfies (keyof Acknowledgement)[];

/** The windows whose pages use the engine. */
class EngineWindows {
  readonly #engine: ExecutionEngineApi;
  readonly #settings: ExposeSettings;
  readonly #hubs = new ExecutionHubs();
  readonly #subscriptions: Subscriptions;
  readonly #windows = new Map<ElectronWebContents, EngineWindow>();
  /** By the end of their page or window, or with their plan. */
  readonly #cancelled = new WeakSet<Execution>();

  constructor(engine: ExecutionEngineApi, settings: ExposeSettings) {
    this.#engine = engine;
    this.#settings = settings;
    this.#subscriptions = new Subscriptions(engine);
    engine.on('removed', this.#onRemoved);
  }

  /** Answers a call of a page. */
  async handle(event: ElectronIpcEvent, message: unknown): Promise<Reply> {
    try {
      // Checked before the first `await`: later the frame may have navigated.
      const sender = checkedSender(event, this.#settings);
      const { page: token, method, args } = asCall(message);
      const window = this.#windowOf(sender.webContents);
      const caller = {
        engine: this.#engine,
        settings: this.#settings,
        hubs: this.#hubs,
        sender,
        window,
        page: window.page(token),
      };
      return { value: await answerCall(caller, method, args) };
    } catch (error) {
      return { error: errorData(error) };
    }
  }

  acknowledge(event: ElectronIpcEvent, message: unknown): void {
    const [page, number] = ACKNOWLEDGEMENT.map((name) => ownValue(message, name));
    if (typeof page !== 'string' || typeof number !== 'number') return;
    this.#windows.get(event.sender)?.acknowledge(page, number);
  }

  share(execution: Execution, webContents: ElectronWebContents): void {
    this.#windowOf(webContents).own.add(execution.id);
    this.#hubs.add(execution);
    void this.#removeIfEnded(execution.id);
  }

  close(): void {
    this.#engine.off('removed', this.#onRemoved);
    for (const window of this.#windows.values()) window.close();
    this.#windows.clear();
  }

  readonly #onRemoved = (payload: RemovedEvent): void => {
    for (const window of this.#windows.values()) window.removed(payload);
  };

  #windowOf(webContents: ElectronWebContents): EngineWindow {
    const known = this.#windows.get(webContents);
    if (known !== undefined) return known;
    const own = new OwnExecutions(this.#hubs, maxEndedRecords(this.#engine));
    const plans = new PlanRegistry<Execution>(this.#settings.maxPlans, (step) =>
      this.#cancelled.add(step),
    );
    const window = new EngineWindow(
      webContents,
      own,
      plans,
      this.#settings,
      this.#subscriptions,
      (what) => {
        const { cancelWith } = this.#settings;
        if (what === 'window' && webContents.isDestroyed()) this.#windows.delete(webContents);
        if (what === cancelWith || cancelWith === 'page') this.#cancelAll(own, plans);
      },
    );
    this.#windows.set(webContents, window);
    return window;
  }

  #cancelAll(own: OwnExecutions, plans: PlanRegistry<Execution>): void {
    // Before their steps, after which a plan would start others.
    plans.cancelAll();
    for (const id of own) {
      const execution = this.#hubs.find(id)?.execution;
      // A second cancel would cut the time that its steps give it.
      if (execution === undefined || this.#cancelled.has(execution)) continue;
      this.#cancelled.add(execution);
      execution.cancel().catch(() => undefined);
    }
  }

  /** A shared execution may have settled before: then it emits no `settled` that removes its hub. */
  async #removeIfEnded(id: string): Promise<void> {
    const status = await this.#engine.getStatus(id).catch(() => 'unknown');
    if (status !== 'pending' && status !== 'running') this.#hubs.remove(id);
  }
}

/** How many records of ended executions the engine keeps. */
const maxEndedRecords = ({ config }: ExecutionEngineApi): number =>
  config.enableAutoCleanup ? config.maxInMemoryExecutions : Number.POSITIVE_INFINITY;

function checkShared(execution: unknown, webContents: unknown): void {
  if (typeof (execution as Partial<Execution> | null)?.lines !== 'function') {
    throw invalidOption('execution', 'an Execution, from engine.run()', execution);
  }
  if (typeof (webContents as Partial<ElectronWebContents> | null)?.send !== 'function') {
    throw invalidOption('webContents', 'the webContents of a window', webContents);
  }
}

function asCall(message: unknown): Call {
  // Own fields only: a polluted `Object.prototype` completes no message.
  const [page, method, args] = CALL.map((name) => ownValue(message, name));
  if (
    typeof page === 'string' &&
    page.length > 0 &&
    typeof method === 'string' &&
    Array.isArray(args)
  ) {
    return { page, method, args };
  }
  throw codedError(
    'ERR_INVALID_ARG_TYPE',
    'The message is not from the preload script of the engine',
  );
}
