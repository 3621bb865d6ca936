/**
 * Public contract: the API of a page in an Electron app. The parts of Electron that are used are declared by their shape,
 * so that nothing depends on the package `electron`. Nothing here depends on the types of Node.js.
 */

import type {
  EchoEvent,
  ExecutionEvents,
  OutputEvent,
  ProgressEvent,
  StartedEvent,
  TerminalEvent,
} from './events';
import type {
  ExecutionPlan,
  PlanExecutionResult,
  PlanLine,
  PlanProgressEvent,
  StepFinishedEvent,
  StepRetryingEvent,
  StepStartedEvent,
} from './plan-data';
import type { PlanStats } from './plan-values';
import type { ExecutionRequest, TerminalSize, ValidateOptions } from './request';
import type {
  EngineStats,
  ExecutionFilter,
  ExecutionResult,
  ExecutionStatus,
  ExecutionSummary,
} from './result';
import type { InputData } from './values';

// --- The parts of Electron that are used ------------------------------------------------------

/** A listener of Electron's own events. Electron's declarations are compatible with this type only. */
// biome-ignore lint/suspicious/noExplicitAny: any other type for the arguments would be too narrow or too wide.
export type ElectronListener = (...args: any[]) => void;

/** The part of `WebFrameMain` that is used. */
export interface ElectronFrame {
  readonly url: string;
  /** `null` for the main frame of a window. */
  readonly parent: unknown;
}

/** The part of `WebContents` that is used. */
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

/** The part of `IpcMainEvent` and `IpcMainInvokeEvent` that is used. */
export interface ElectronIpcEvent {
  readonly sender: ElectronWebContents;
  /** `null` if the frame has navigated, or is gone. */
  readonly senderFrame: ElectronFrame | null;
}

/** A listener of the main process for messages from pages. */
export type ElectronIpcListener = (event: ElectronIpcEvent, ...args: unknown[]) => unknown;

/** The part of `ipcMain` that is used. */
export interface ElectronIpcMain {
  handle(channel: string, listener: ElectronIpcListener): void;
  removeHandler(channel: string): void;
  on(channel: string, listener: ElectronIpcListener): unknown;
  removeListener(channel: string, listener: ElectronIpcListener): unknown;
}

/** The part of `ipcRenderer` that is used. */
export interface ElectronIpcRenderer {
  invoke(channel: string, ...args: unknown[]): Promise<unknown>;
  send(channel: string, ...args: unknown[]): void;
  on(channel: string, listener: ElectronListener): unknown;
}

/** The part of `contextBridge` that is used. */
export interface ElectronContextBridge {
  exposeInMainWorld(apiKey: string, api: unknown): void;
}

// --- The main process -------------------------------------------------------------------------

/** A method that pages may be allowed to call, see `allow` of `ExposeOptions`. */
export type PageMethod =
  | 'execute'
  | 'validate'
  | 'cancel'
  | 'kill'
  | 'renew'
  | 'getStatus'
  | 'getResult'
  | 'waitForCompletion'
  | 'sendInput'
  | 'closeInput'
  | 'resize'
  | 'removeExecution'
  | 'executePlan'
  | 'listExecutions'
  | 'runningCount'
  | 'queuedCount'
  | 'stats';

/** Options of `exposeInPreload()` and of `preloadPreferences()`. */
export interface PreloadOptions {
  /**
   * The name of the API in the page: `window[key]`.
   * @defaultValue `'executionEngine'`
   */
  key?: string | undefined;
  /**
   * The prefix of the IPC channels, as in `ExposeOptions`.
   * @defaultValue `'execution-engine'`
   */
  channel?: string | undefined;
}

// --- The page ---------------------------------------------------------------------------------

/** Lines that a page did not receive, because it was slower than another page that watches the same execution. */
export interface SkippedEvent {
  /** The id of the execution. */
  executionId: string;
  /** The time of the event in milliseconds since the epoch. */
  timestamp: number;
  /** The number of lines. `getResult()` returns them, as far as the output is kept. */
  lines: number;
}

/** The events of an engine in a page, with their payloads. `removed` is emitted for all that the page has access to. */
export interface PageEvents extends ExecutionEvents {
  /** Lines were skipped. Emitted before the next lines. */
  skipped: SkippedEvent;
}

/** The name of an event in a page. */
export type PageEventName = keyof PageEvents;

/**
 * The reason with which the promises of the page's API reject. It is plain data, because Electron drops everything
 * except the message when an `Error` crosses into a page.
 */
export interface PageError {
  name: string;
  message: string;
  /**
   * The `code` of an `ExecutionError`, or of an error of Node; `ERR_ACCESS_DENIED` if the main process rejects the
   * call; `ERR_ENGINE_CLOSED` also if it does not answer.
   */
  code: string;
  reason?: string;
  errno?: number;
  syscall?: string;
  path?: string;
  result?: ExecutionResult;
  /** Whether the same request may succeed if it is retried. */
  isRetryable: boolean;
}

/**
 * Callbacks for the events of one execution. Lines count as consumed when `onOutput` returns, or when the promise that
 * it returns settles. So the command runs at the pace of the page.
 */
export interface PageCallbacks {
  /** The process has started. */
  onStarted?: ((event: StartedEvent) => unknown) | undefined;
  /** A batch of lines of one stream. Without this callback no lines are sent. */
  onOutput?: ((event: OutputEvent) => unknown) | undefined;
  /** Lines were skipped. Called before the next lines. */
  onSkipped?: ((event: SkippedEvent) => unknown) | undefined;
  /** The progress has changed, for a request with `progress`. */
  onProgress?: ((event: ProgressEvent) => unknown) | undefined;
  /** The command has turned the echo of its terminal off or on, for a request with `pty`. */
  onEcho?: ((event: EchoEvent) => unknown) | undefined;
  /** The status has changed. */
  onStatusChanged?: ((event: ExecutionEvents['statusChanged']) => unknown) | undefined;
  /** The execution has ended. Called after all lines. */
  onSettled?: ((event: TerminalEvent) => unknown) | undefined;
}

/** One execution in a page, from `run()` and `watch()`. */
export interface PageExecution {
  /** The id of the execution, a UUID in lower case. */
  id: string;
  /**
   * Ends the execution as `cancelled`.
   * @returns `false` if it had ended already
   */
  cancel(): Promise<boolean>;
  /**
   * Sends one signal to the whole process tree, or keeps it for the start, as `kill()` of an engine.
   * @param signal - a name or a number; `'SIGTERM'` if it is not set
   * @returns `false` if no process can be signalled: after the end, and for signal 0 also before the start
   */
  kill(signal?: string | number): Promise<boolean>;
  /** Begins the lease anew. Resolves with `false` if the execution has ended or is being ended. */
  renew(): Promise<boolean>;
  /** Writes to the stdin of the command, with `stdin: 'pipe'`. Resolves when the pipe has accepted the data. */
  sendInput(data: InputData): Promise<void>;
  /** Closes the stdin of the command. */
  closeInput(): Promise<void>;
  /** Sets the size of the terminal of the command, with `pty`. */
  resize(size: TerminalSize): Promise<void>;
  /** Waits for the end. Returns the result with its output; rejects like `waitForCompletion()`. */
  result(): Promise<ExecutionResult>;
  /** Removes the callbacks. The execution continues, and this page does not hold it back. */
  unwatch(): void;
}

/** A plan of the page has ended. */
export interface PlanSettledEvent {
  /** The id of the plan. */
  planId: string;
  /** The time of the event in milliseconds since the epoch. */
  timestamp: number;
  /** How the plan has ended; `'failed'` also for an invalid plan, whose error {@link PagePlan.result} has. */
  status: PlanExecutionResult['status'];
  /** The number of steps by status; `null` for an invalid plan. */
  stats: PlanStats | null;
}

/** Callbacks for the events of one plan. Lines count as consumed as those of {@link PageCallbacks}. */
export interface PagePlanCallbacks {
  /** The process of a step has started. */
  onStepStarted?: ((event: StepStartedEvent) => unknown) | undefined;
  /** An attempt of a step has failed, and another one follows. */
  onStepRetrying?: ((event: StepRetryingEvent) => unknown) | undefined;
  /** A step has ended, or is skipped. */
  onStepFinished?: ((event: StepFinishedEvent) => unknown) | undefined;
  /** A step has started or ended. */
  onProgress?: ((event: PlanProgressEvent) => unknown) | undefined;
  /** A batch of whole lines of all steps. Without this callback no lines are sent. */
  onLines?: ((lines: readonly PlanLine[]) => unknown) | undefined;
  /** The plan has ended. Called after all lines. */
  onSettled?: ((event: PlanSettledEvent) => unknown) | undefined;
}

/** Options of `executePlan()` in a page. */
export interface PagePlanOptions {
  /**
   * The largest number of commands that run at a time, in addition to the limits of strategy and engine.
   * @defaultValue no further limit
   */
  maxConcurrency?: number | undefined;
}

/** A plan of a page, from `executePlan()`. */
export interface PagePlan {
  /** The id of the plan. */
  id: string;
  /**
   * Cancels what runs, and starts nothing more.
   * @returns `false` if the plan had ended already
   */
  cancel(): Promise<boolean>;
  /**
   * Waits for the end of the plan. The results of the last 16 ended plans of a window are kept.
   * @throws `ERR_VALIDATION` with the reason `INVALID_PLAN` or `INVALID_DEPENDENCY_GRAPH`
   */
  result(): Promise<PlanExecutionResult>;
  /** Removes the callbacks. The plan continues, and this page does not hold it back. */
  unwatch(): void;
}

/**
 * The API that `exposeInPreload()` adds to a page. Every promise rejects with a {@link PageError}.
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
   * Runs a command. Its events go to the callbacks of {@link on}, with all lines from the first one on, even if a
   * callback for lines is added later.
   * @returns the id, when the request is admitted
   */
  execute(request: ExecutionRequest): Promise<string>;
  /**
   * Checks a request, and starts nothing. The app is asked whether the page may run it.
   * @param options - `files: false`: the program, the script and the working directory need not exist yet
   */
  validate(request: ExecutionRequest, options?: ValidateOptions): Promise<void>;
  /** Runs a command. Its events go to `callbacks` only. */
  run(request: ExecutionRequest, callbacks?: PageCallbacks): Promise<PageExecution>;
  /**
   * Watches an execution that exists already, for example after a reload of the page: first all kept lines, then the
   * new events. If it has ended, `onSettled` is called.
   *
   * An execution that was neither started by a page nor shared by `share()` is only observed: the page gets new events,
   * and lines that it does not consume in time are skipped.
   */
  watch(id: string, callbacks: PageCallbacks): Promise<PageExecution>;

  /**
   * As {@link watch}, through a handle of the engine (`attach()` of `ExecutionEngineApi`): all kept lines, then the new
   * ones at the pace of this page, whatever part of the app has started the execution. If it has ended, its kept lines
   * come before `onSettled`. The page needs access to it, see `access` of `ExposeOptions`.
   * @throws `ERR_EXECUTION_NOT_FOUND` if the page has no access to it, or the engine has no record of it
   */
  attach(id: string, callbacks?: PageCallbacks): Promise<PageExecution>;

  /**
   * Runs a plan, as `executePlan()` of `escher-execution-engine/plan`. The app decides on each of its commands before
   * anything starts. The executions of its steps are executions of the page. It needs `executePlan` of `ExposeOptions`.
   * @throws `ERR_ACCESS_DENIED` if the app does not allow it; `ERR_CONCURRENCY_LIMIT` if `maxPlans` plans of the window run;
   * `ERR_DUPLICATE_ID` if one with the same id runs. An invalid plan rejects {@link PagePlan.result}
   */
  executePlan(
    plan: ExecutionPlan,
    callbacks?: PagePlanCallbacks,
    options?: PagePlanOptions,
  ): Promise<PagePlan>;

  /**
   * Adds a callback for the events of executions that were started by {@link execute}, and of those that the page
   * subscribed to. Lines count as consumed as for {@link PageCallbacks}.
   * @returns a function that removes the callback
   */
  on<Name extends PageEventName>(
    name: Name,
    callback: (event: PageEvents[Name]) => unknown,
  ): () => void;
  /** As {@link watch}, for the callbacks of {@link on}. An execution that has ended has no events. */
  subscribe(id: string): Promise<void>;
  /** Ends a {@link subscribe}. The execution continues. */
  unsubscribe(id: string): Promise<void>;
  /**
   * Subscribes to all executions of the engine. It needs `access: 'all'`. Nothing waits for this page: events that it
   * does not consume in time are skipped.
   */
  subscribeAll(): Promise<void>;
  /** Ends a {@link subscribeAll}. */
  unsubscribeAll(): Promise<void>;

  /** The current status of an execution. */
  getStatus(id: string): Promise<ExecutionStatus>;
  /**
   * The result, or `null` if the execution has not ended.
   * @param options - `encoding`: `'buffer'` returns the exact bytes of the output; `'utf8'` if it is not set. `redacted`:
   * `false` returns the output as the command wrote it, with secrets and escape sequences, if this page started
   * it with `capture: 'raw'`
   * @throws `ERR_INVALID_ARG_VALUE` for `redacted: false` otherwise
   */
  getResult(
    id: string,
    options?: { encoding?: 'utf8' | undefined; redacted?: boolean | undefined },
  ): Promise<ExecutionResult | null>;
  getResult(
    id: string,
    options: { encoding: 'buffer'; redacted?: boolean | undefined },
  ): Promise<ExecutionResult<Uint8Array> | null>;
  /**
   * Waits for the end of an execution and returns its result.
   * @param options - `timeoutMs`: milliseconds to wait; without a limit if it is not set
   * @throws `ERR_WAIT_TIMEOUT`, which ends the wait and not the execution
   */
  waitForCompletion(
    id: string,
    options?: { timeoutMs?: number | undefined },
  ): Promise<ExecutionResult>;
  /**
   * Ends an execution as `cancelled`.
   * @returns `true` if it was pending or running, `false` if it had ended
   */
  cancel(id: string): Promise<boolean>;
  /**
   * Sends one signal to the whole process tree, or keeps it for the start, as `kill()` of an engine.
   * @returns `false` if no process can be signalled: after the end, and for signal 0 also before the start
   */
  kill(id: string, signal: string | number): Promise<boolean>;
  /** Begins the lease anew. Resolves with `false` if the execution has ended or is being ended. */
  renew(id: string): Promise<boolean>;
  /** Writes to the stdin of an execution with `stdin: 'pipe'`. Resolves when the pipe has accepted the data. */
  sendInput(id: string, data: InputData): Promise<void>;
  /** Closes the stdin of an execution with `stdin: 'pipe'`. */
  closeInput(id: string): Promise<void>;
  /** Sets the size of the terminal of an execution with `pty`. */
  resize(id: string, size: TerminalSize): Promise<void>;
  /**
   * Drops the record of a finished execution.
   * @throws `ERR_EXECUTION_ACTIVE` if it has not ended
   */
  removeExecution(id: string): Promise<void>;
  /** The executions that the page has access to, newest first. */
  listExecutions(filter?: ExecutionFilter): Promise<ExecutionSummary[]>;
  /** The number of running executions of the whole engine. */
  runningCount(): Promise<number>;
  /** The number of queued executions of the whole engine. */
  queuedCount(): Promise<number>;
  /** Counters of the whole engine. */
  stats(): Promise<EngineStats>;
}
