/** Public contract: an engine in the main process of Electron that pages use. */

import type { Execution } from './api';
import type { ElectronIpcMain, ElectronWebContents, PageMethod } from './electron';
import type { PlanExecutor } from './plan';
import type { ExecutionRequest } from './request';

/** The page that sent a message. */
export interface PageSender {
  /** The contents of its window. */
  webContents: ElectronWebContents;
  /** The current URL of the page. */
  url: string;
  /** Scheme and host of {@link url}: `file://`, `app://main`, `http://localhost:5173`. */
  origin: string;
}

/** Options of `exposeEngine()`. */
export interface ExposeOptions {
  /** The `ipcMain` of `electron`. */
  ipcMain: ElectronIpcMain;
  /**
   * The prefix of the IPC channels, which must be the same in the preload script. Each exposed engine needs its own.
   * @defaultValue `'execution-engine'`
   */
  channel?: string | undefined;
  /**
   * Decides on each command that a page requests. `true` runs the request, a request runs instead of it, and any other
   * value rejects it. An exception rejects it too, and the page receives the message.
   *
   * The request of a page is untrusted and has not been checked: it has a `command` with a `type`, and nothing else is
   * certain.
   * @defaultValue pages cannot run any command
   */
  authorize?:
    | ((
        request: ExecutionRequest,
        sender: PageSender,
      ) => boolean | ExecutionRequest | Promise<boolean | ExecutionRequest>)
    | undefined;
  /**
   * The origins of the pages that are accepted, in the form of {@link PageSender.origin}. Frames inside a page are
   * never accepted.
   * @defaultValue `['file://']`
   */
  origins?: readonly string[] | undefined;
  /** Decides instead of `origins` which pages are accepted. An exception rejects the page. */
  validateSender?: ((sender: PageSender) => boolean) | undefined;
  /**
   * The methods that pages may call.
   * @defaultValue all
   */
  allow?: readonly PageMethod[] | undefined;
  /**
   * The executions that a page has access to: `'own'`, those that its window started or received by `share()`; `'all'`,
   * all executions of the engine. For the page, others do not exist.
   * @defaultValue `'own'`
   */
  access?: 'own' | 'all' | undefined;
  /**
   * Which executions are cancelled when their page is gone: `'none'`; `'window'`, those of a window that is destroyed
   * or whose process is gone; `'page'`, also those of a page that is left or reloaded.
   * @defaultValue `'none'`
   */
  cancelWith?: 'none' | 'window' | 'page' | undefined;
  /**
   * Bytes of events, and one line more, that a page may have received without consuming them. Above it the executions
   * that the page watches are held back.
   * @defaultValue `1_048_576`
   */
  maxBytesInFlight?: number | undefined;
  /**
   * Milliseconds for which a page that consumes nothing may hold back an execution that another page watches too. After
   * that its lines are skipped, and `skipped` reports their number.
   * @defaultValue `1000`
   */
  maxHoldMs?: number | undefined;
  /**
   * Milliseconds for which events are collected before they are sent, unless there are many. `0`: the events of one
   * turn of the event loop.
   * @defaultValue `16`
   */
  frameMs?: number | undefined;
  /**
   * Whether requests of pages may have a `progress.pattern`, and plans a `retry.output`. Patterns are matched in the main process, on its event
   * loop.
   * @defaultValue `false`
   */
  allowProgressPatterns?: boolean | undefined;
  /**
   * Whether requests of pages may have `capture: 'raw'`. A page then reads the exact output, with secrets, of the
   * executions that it started, until it is left or reloaded; it reads that of no other one in any case.
   * @defaultValue `false`
   */
  allowRawCapture?: boolean | undefined;
  /**
   * Runs the plans of pages: `executePlan` of `escher-execution-engine/plan`. `authorize` decides on each command of a
   * plan, before anything starts. A pattern in `retry.output` needs {@link allowProgressPatterns}.
   * @defaultValue pages cannot run plans
   */
  executePlan?: PlanExecutor | undefined;
  /**
   * The largest number of plans of one window that run at a time. At least 1.
   * @defaultValue `16`
   */
  maxPlans?: number | undefined;
}

/** An engine that is exposed to pages, from `exposeEngine()`. */
export interface ExposedEngine {
  /**
   * Gives a window access to an execution that the main process started, as if the window had started it.
   * @throws `TypeError` if it is not an `Execution`, or not a `WebContents`
   */
  share(execution: Execution, webContents: ElectronWebContents): void;
  /** Disconnects all pages. The engine and its executions continue. A second call has no effect. */
  dispose(): void;
  /** {@link dispose}, at the end of a `using`. */
  [Symbol.dispose](): void;
}
