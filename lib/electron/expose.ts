/** Puts an engine at the service of windows. */

import type { Execution, ExecutionEngineApi } from '../../types/api';
import type {
  ElectronIpcEvent,
  ElectronWebContents,
  ExposedEngine,
  ExposeOptions,
} from '../../types/electron';
import { answer } from './calls';
import { coded, errorData } from './errors';
import { Onlookers } from './onlookers';
import { settingsOf, wrong } from './options';
import { OwnExecutions } from './own-executions';
import { RunningExecutions } from './running';
import { checkedSender } from './sender';
import { EngineWindow } from './window';
import { type Call, callChannel, type Reply, type Taken, takenChannel } from './wire';

/**
 * Lets the pages of windows run commands and watch them, through the API that `exposeInPreload()`
 * gives them. Without `authorize` they can run nothing, and only pages of `file://` are answered:
 * both are for the app to open. The engine stays the app's, to shut down too.
 *
 * @example
 * ```ts
 * const exposed = exposeEngine(engine, {
 *   ipcMain,
 *   authorize: ({ command }) => command.type === 'exec' && command.program === 'git',
 * });
 * ```
 * @throws `TypeError`, `ERR_INVALID_ARG_VALUE`, naming the option; what Electron throws when the
 * channel is taken
 */
export function exposeEngine(engine: ExecutionEngineApi, options: ExposeOptions): ExposedEngine {
  if (typeof (engine as unknown as { run?: unknown } | null)?.run !== 'function') {
    throw wrong('engine', 'an ExecutionEngine', engine);
  }
  const settings = settingsOf(options);
  const { ipcMain, channel, cancelWith } = settings;
  const running = new RunningExecutions();
  const onlookers = new Onlookers(engine);
  const windows = new Map<ElectronWebContents, EngineWindow>();

  const windowOf = (webContents: ElectronWebContents): EngineWindow => {
    let window = windows.get(webContents);
    if (window === undefined) {
      const own = new OwnExecutions(running, rememberedBy(engine));
      window = new EngineWindow(webContents, own, settings, onlookers, (what) => {
        if (what === 'window' && webContents.isDestroyed()) windows.delete(webContents);
        if (what === cancelWith || cancelWith === 'page') cancelAll(own);
      });
      windows.set(webContents, window);
    }
    return window;
  };

  const cancelAll = (own: OwnExecutions): void => {
    for (const id of own) running.find(id)?.execution.cancel().catch(ignore);
  };

  const handle = async (event: ElectronIpcEvent, message: unknown): Promise<Reply> => {
    try {
      // In the turn that delivered the event: later its frame may have navigated.
      const sender = checkedSender(event, settings);
      const { page: token, method, args } = asCall(message);
      const window = windowOf(sender.webContents);
      const caller = { engine, settings, running, sender, window, page: window.page(token) };
      return { value: await answer(caller, method, args) };
    } catch (error) {
      return { error: errorData(error) };
    }
  };

  const taken = (event: ElectronIpcEvent, message: unknown): void => {
    const { page, number } = (message ?? {}) as Partial<Taken>;
    if (typeof page !== 'string' || typeof number !== 'number') return;
    windows.get(event.sender)?.taken(page, number);
  };

  ipcMain.handle(callChannel(channel), handle);
  ipcMain.on(takenChannel(channel), taken);

  /** One that had ended before does not settle again. */
  const forgetIfEnded = async (id: string): Promise<void> => {
    const status = await engine.getStatus(id).catch(() => 'gone');
    if (status !== 'pending' && status !== 'running') running.remove(id);
  };

  let disposed = false;
  const dispose = (): void => {
    if (disposed) return;
    disposed = true;
    ipcMain.removeHandler(callChannel(channel));
    ipcMain.removeListener(takenChannel(channel), taken);
    for (const window of windows.values()) window.close();
    windows.clear();
  };

  return {
    share(execution, webContents) {
      if (typeof (execution as Partial<Execution> | null)?.lines !== 'function') {
        throw wrong('execution', 'an Execution, from engine.run()', execution);
      }
      if (typeof (webContents as Partial<ElectronWebContents> | null)?.send !== 'function') {
        throw wrong('webContents', 'the webContents of a window', webContents);
      }
      windowOf(webContents).own.add(execution.id);
      running.add(execution);
      void forgetIfEnded(execution.id);
    },
    dispose,
    [Symbol.dispose]: dispose,
  };
}

const ignore = (): void => undefined;

const rememberedBy = ({ config }: ExecutionEngineApi): number =>
  config.enableAutoCleanup ? config.maxInMemoryExecutions : Number.POSITIVE_INFINITY;

function asCall(message: unknown): Call {
  const { page, method, args } = (message ?? {}) as Partial<Call>;
  if (
    typeof page === 'string' &&
    page.length > 0 &&
    typeof method === 'string' &&
    Array.isArray(args)
  ) {
    return { page, method, args };
  }
  throw coded('ERR_INVALID_ARG_TYPE', 'The message is not one of the preload script of the engine');
}
