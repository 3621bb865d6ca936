/**
 * Public contract: an engine in the main process of Electron, and what its windows have of it. The
 * parts of Electron that are needed are described here by their shape, so that nothing depends on
 * the package `electron`.
 */

import type { Execution, InputData } from './api';
import type {
  ExecutionEvents,
  OutputEvent,
  ProgressEvent,
  StartedEvent,
  TerminalEvent,
} from './events';
import type { ExecutionRequest } from './request';
import type {
  EngineStats,
  ExecutionFilter,
  ExecutionResult,
  ExecutionStatus,
  ExecutionSummary,
} from './result';

// --- What is needed of Electron ---------------------------------------------------------------

/** A listener of Electron's own events. Its declarations fit this type only. */
// biome-ignore lint/suspicious/noExplicitAny: any other type for the arguments would be too narrow or too wide.
export type ElectronListener = (...args: any[]) => void;

/** Of `WebFrameMain`. */
export interface ElectronFrame {
  readonly url: string;
  /** `null` for the main frame of a window. */
  readonly parent: unknown;
}

/** Of `WebContents`. */
export interface ElectronWebContents {
  readonly id: number;
  isDestroyed(): boolean;
  send(channel: string, ...args: unknown[]): void;
  on(event: 'destroyed', listener: () => void): unknown;
  on(event: 'render-process-gone', listener: () => void): unknown;
  on(event: 'did-navigate', listener: () => void): unknown;
  on(event: 'did-start-navigation', listener: ElectronListener): unknown;
  off(event: 'destroyed', listener: () => void): unknown;
  off(event: 'render-process-gone', listener: () => void): unknown;
  off(event: 'did-navigate', listener: () => void): unknown;
  off(event: 'did-start-navigation', listener: ElectronListener): unknown;
}

/** Of `IpcMainEvent` and `IpcMainInvokeEvent`. */
export interface ElectronIpcEvent {
  readonly sender: ElectronWebContents;
  /** `null` when the frame has navigated or gone since. */
  readonly senderFrame: ElectronFrame | null;
}

/** A listener of the main process for messages of pages. */
export type ElectronIpcListener = (event: ElectronIpcEvent, ...args: unknown[]) => unknown;

/** Of `ipcMain`. */
export interface ElectronIpcMain {
  handle(channel: string, listener: ElectronIpcListener): void;
  removeHandler(channel: string): void;
  on(channel: string, listener: ElectronIpcListener): unknown;
  removeListener(channel: string, listener: ElectronIpcListener): unknown;
}

/** Of `ipcRenderer`. */
export interface ElectronIpcRenderer {
  invoke(channel: string, ...args: unknown[]): Promise<unknown>;
  send(channel: string, ...args: unknown[]): void;
  on(channel: string, listener: ElectronListener): unknown;
}

/** Of `contextBridge`. */
export interface ElectronContextBridge {
  exposeInMainWorld(apiKey: string, api: unknown): void;
}

// --- The main process -------------------------------------------------------------------------

/** Who asks. */
export interface PageSender {
  webContents: ElectronWebContents;
  /** Of the page, as it is now. */
  url: string;
  /** Scheme and host of {@link url}: `file://`, `app://main`, `http://localhost:5173`. */
  origin: string;
}

/** What pages may be allowed to call, see `allow` of {@link ExposeOptions}. */
export type PageMethod =
  | 'execute'
  | 'cancel'
  | 'kill'
  | 'getStatus'
  | 'getResult'
  | 'waitForCompletion'
  | 'sendInput'
  | 'closeInput'
  | 'removeExecution'
  | 'listExecutions'
  | 'runningCount'
  | 'queuedCount'
  | 'stats';

/** Options of `exposeEngine()`. */
export interface ExposeOptions {
  /** The `ipcMain` of `electron`. */
  ipcMain: ElectronIpcMain;
  /**
   * Prefix of the IPC channels, the same in the preload script.
   * @defaultValue `'execution-engine'`
   */
  channel?: string | undefined;
  /**
   * Decides on each command that a page wants to run: `true` runs it, a request runs that one in
   * its place, everything else refuses it, as an exception does (its message is what the page is
   * told). What a page asks for is untrusted and was not checked yet: it has a `command` with a
   * `type`, and nothing else is sure.
   * @defaultValue pages cannot run anything
   */
  authorize?:
    | ((
        request: ExecutionRequest,
        sender: PageSender,
      ) => boolean | ExecutionRequest | Promise<boolean | ExecutionRequest>)
    | undefined;
  /**
   * The pages that are answered at all, as {@link PageSender.origin}. Frames within a page never
   * are.
   * @defaultValue `['file://']`
   */
  origins?: readonly string[] | undefined;
  /** Decides in the place of `origins`. What it throws refuses. */
  validateSender?: ((sender: PageSender) => boolean) | undefined;
  /** @defaultValue all of them */
  allow?: readonly PageMethod[] | undefined;
  /**
   * What pages may look at and act on: the executions that their own window started or was given
   * by `share()`, or all of the engine. The others do not exist for them.
   * @defaultValue `'own'`
   */
  access?: 'own' | 'all' | undefined;
  /**
   * Which executions are cancelled: none; those of a window that is destroyed or whose process is
   * gone (`'window'`); also those of a page that was left or reloaded (`'page'`).
   * @defaultValue `'none'`
   */
  cancelWith?: 'none' | 'window' | 'page' | undefined;
  /**
   * Bytes of events that are on their way to a page which has not taken them yet: about as many,
   * and one line more. Beyond it, the executions that it watches are held back.
   * @defaultValue `1_048_576`
   */
  maxBytesInFlight?: number | undefined;
  /**
   * How long, in milliseconds, a page that takes nothing may hold back an execution that another
   * one watches too. Then it is told, by `skipped`, how many lines it missed.
   * @defaultValue `1000`
   */
  maxHoldMs?: number | undefined;
  /**
   * Milliseconds in which events are gathered before they are sent, unless there are many. `0`: of
   * one turn of the event loop.
   * @defaultValue `16`
   */
  frameMs?: number | undefined;
}

/** An engine at the service of windows, from `exposeEngine()`. */
export interface ExposedEngine {
  /**
   * Gives a window access to an execution that the main process runs, as if it had started it.
   * @throws `TypeError` when it is no `Execution`, or no `WebContents`
   */
  share(execution: Execution, webContents: ElectronWebContents): void;
  /**
   * Takes the engine away from all windows. It goes on, and so does what runs; a second call has no
   * effect.
   */
  dispose(): void;
  /** {@link dispose}, at the end of a `using`. */
  [Symbol.dispose](): void;
}

/** Options of `exposeInPreload()` and of `preloadPreferences()`. */
export interface PreloadOptions {
  /**
   * Name of the API in the page: `window[key]`.
   * @defaultValue `'executionEngine'`
   */
  key?: string | undefined;
  /** @defaultValue `'execution-engine'` */
  channel?: string | undefined;
}

// --- The page ---------------------------------------------------------------------------------

/** Lines that a page did not get, because it took too long while another one watched. */
export interface SkippedEvent {
  executionId: string;
  /** Milliseconds since the epoch. */
  timestamp: number;
  /** How many. They are in the output of `getResult()`, as far as it is kept. */
  lines: number;
}

/** The events of an engine, in a page. */
export interface PageEvents extends ExecutionEvents {
  skipped: SkippedEvent;
}

/** Name of an event, in a page. */
export type PageEventName = keyof PageEvents;

/**
 * What a promise of the page's API rejects with: plain data, because Electron drops everything but
 * the message of an `Error` on its way into a page.
 */
export interface PageError {
  name: string;
  message: string;
  /**
   * As of an `ExecutionError`, or of Node; `ERR_ACCESS_DENIED` when the main process refuses, and
   * `ERR_ENGINE_CLOSED` also when it does not answer.
   */
  code: string;
  reason?: string;
  errno?: number;
  syscall?: string;
  path?: string;
  result?: ExecutionResult;
  /** Whether the same request may succeed when it is tried again. */
  isRetryable: boolean;
}

/**
 * Called with what happens to one execution. Lines count as taken when `onOutput` returns, or when
 * the promise that it returned settles: that slows the command down to the pace of the page.
 */
export interface PageCallbacks {
  onStarted?: ((event: StartedEvent) => unknown) | undefined;
  /** A batch of lines of one stream. Without it no lines are sent. */
  onOutput?: ((event: OutputEvent) => unknown) | undefined;
  onSkipped?: ((event: SkippedEvent) => unknown) | undefined;
  /** Of a request with `progress`. */
  onProgress?: ((event: ProgressEvent) => unknown) | undefined;
  onStatusChanged?: ((event: ExecutionEvents['statusChanged']) => unknown) | undefined;
  /** The end, behind all lines. */
  onSettled?: ((event: TerminalEvent) => unknown) | undefined;
}

/** One execution in a page, from `run()` and `watch()`. */
export interface PageExecution {
  id: string;
  /** Ends it as `cancelled`. `false` if it had ended already. */
  cancel(): Promise<boolean>;
  /**
   * Sends one signal to the process tree.
   * @param signal - @defaultValue `'SIGTERM'`
   */
  kill(signal?: string | number): Promise<boolean>;
  /** Writes to its stdin, with `stdin: 'pipe'`; resolves when it is taken. */
  sendInput(data: InputData): Promise<void>;
  /** Closes its stdin. */
  closeInput(): Promise<void>;
  /** Waits for the end. The result with its text; rejects as `waitForCompletion()`. */
  result(): Promise<ExecutionResult>;
  /** No callback is called any more, and nothing is held back. The execution goes on. */
  unwatch(): void;
}

/**
 * The API that `exposeInPreload()` puts into a page. Every promise rejects with a {@link PageError}.
 *
 * @example
 * ```ts
 * declare global {
 *   interface Window {
 *     executionEngine: import('escher-execution-engine/electron').PageExecutionEngine;
 *   }
 * }
 * const run = await window.executionEngine.run(
 *   { command: { type: 'exec', program: 'git', args: ['fetch', '--progress'] } },
 *   { onOutput: ({ lines }) => show(lines) },
 * );
 * const { status } = await run.result();
 * ```
 */
export interface PageExecutionEngine {
  /**
   * Runs a command. Its events go to the listeners of {@link on}; lines from the first one on, also
   * if a listener for them comes late.
   * @returns the id, once the request is admitted
   */
  execute(request: ExecutionRequest): Promise<string>;
  /** Runs a command whose events go to `callbacks` alone. */
  run(request: ExecutionRequest, callbacks?: PageCallbacks): Promise<PageExecution>;
  /**
   * The events of an execution that is there already, for a page that was reloaded for example: all
   * kept lines from the first one on, then what comes. Of one that has ended: its `onSettled`. Of
   * one that neither a page started nor `share()` gave: what comes from now on, and lines are
   * skipped rather than that it waits.
   */
  watch(id: string, callbacks: PageCallbacks): Promise<PageExecution>;

  /**
   * Calls `callback` for the events of executions started by {@link execute}, and of those
   * subscribed to. What is said of {@link PageCallbacks} holds for it too.
   * @returns a function that ends it
   */
  on<Name extends PageEventName>(
    name: Name,
    callback: (event: PageEvents[Name]) => unknown,
  ): () => void;
  /** As {@link watch}, for the listeners of {@link on}. An ended execution has no events. */
  subscribe(id: string): Promise<void>;
  /** Ends {@link subscribe}. The execution goes on. */
  unsubscribe(id: string): Promise<void>;
  /**
   * All executions of the engine, those of others too, which takes `access: 'all'`. Nothing waits
   * for a page that only looks on: what it does not take in time is skipped.
   */
  subscribeAll(): Promise<void>;
  /** Ends {@link subscribeAll}. */
  unsubscribeAll(): Promise<void>;

  /** Where it stands right now. */
  getStatus(id: string): Promise<ExecutionStatus>;
  /** The result, or `null` while the execution is not finished. */
  getResult(
    id: string,
    options?: { encoding?: 'utf8' | undefined },
  ): Promise<ExecutionResult | null>;
  getResult(
    id: string,
    options: { encoding: 'buffer' },
  ): Promise<ExecutionResult<Uint8Array> | null>;
  /** The result, when it is there; `ERR_WAIT_TIMEOUT` ends the wait and not the execution. */
  waitForCompletion(
    id: string,
    options?: { timeoutMs?: number | undefined },
  ): Promise<ExecutionResult>;
  /** `true` if it was still pending or running. */
  cancel(id: string): Promise<boolean>;
  /** Sends one signal to the process tree; `false` if there was no process. */
  kill(id: string, signal: string | number): Promise<boolean>;
  /** Writes to the stdin of an execution with `stdin: 'pipe'`; resolves when it is taken. */
  sendInput(id: string, data: InputData): Promise<void>;
  /** Closes the stdin of an execution with `stdin: 'pipe'`. */
  closeInput(id: string): Promise<void>;
  /** Forgets a finished execution; `ERR_EXECUTION_ACTIVE` while it is not. */
  removeExecution(id: string): Promise<void>;
  /** Those that the page has access to. */
  listExecutions(filter?: ExecutionFilter): Promise<ExecutionSummary[]>;
  /** How many run, of the whole engine. */
  runningCount(): Promise<number>;
  /** How many wait, of the whole engine. */
  queuedCount(): Promise<number>;
  /** Counters of the whole engine. */
  stats(): Promise<EngineStats>;
}
