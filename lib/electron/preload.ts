/**
 * The entry point `escher-execution-engine/electron/preload`: gives a page its API. It also runs in a
 * sandboxed preload script, so it does not use Node's modules.
 */

import type {
  ElectronContextBridge,
  ElectronIpcRenderer,
  PreloadOptions,
} from '../../types/electron';
import { PRELOAD_ARGUMENT } from './ipc';
import { invalidOption } from './option-checks';
import { pageApi } from './preload/page-api';
import { PageClient } from './preload/page-client';
import { preloadSettings } from './preload-options';

// For pages: these types need neither Node.js nor its types.
export type {
  ElectronContextBridge,
  ElectronIpcRenderer,
  PageCallbacks,
  PageError,
  PageEventName,
  PageEvents,
  PageExecution,
  PageExecutionEngine,
  PagePlan,
  PagePlanCallbacks,
  PagePlanOptions,
  PlanSettledEvent,
  PreloadOptions,
  SkippedEvent,
} from '../../types/electron';

/** The objects of Electron that a preload script passes on. */
export interface PreloadElectron {
  contextBridge: ElectronContextBridge;
  ipcRenderer: ElectronIpcRenderer;
}

/**
 * Exposes the API of a page, `PageExecutionEngine`, as `window[key]`. For a preload script that a
 * bundler builds; a window with `preloadPreferences()` needs no preload script of the app.
 *
 * @example
 * ```ts
 * import { contextBridge, ipcRenderer } from 'electron';
 * import { exposeInPreload } from 'escher-execution-engine/electron/preload';
 *
 * exposeInPreload({ contextBridge, ipcRenderer });
 * ```
 * @throws `TypeError`, `ERR_INVALID_ARG_VALUE`
 */
export function exposeInPreload(
  { contextBridge, ipcRenderer }: PreloadElectron,
  options?: PreloadOptions,
): void {
  const { key, channel } = preloadSettings(options);
  contextBridge.exposeInMainWorld(key, pageApi(new PageClient(ipcRenderer, channel)));
}

/** When this file is the preload script of a window with `preloadPreferences()`. */
function exposeIfRequested(): void {
  const asked = process.argv.find((argument) => argument.startsWith(PRELOAD_ARGUMENT));
  if (asked === undefined) return;
  const named = /^([\w$]+):(.+)$/.exec(asked.slice(PRELOAD_ARGUMENT.length));
  if (named === null)
    throw invalidOption('additionalArguments', 'those of preloadPreferences()', asked);
  const [, key, channel] = named;
  exposeInPreload(require('electron') as PreloadElectron, { key, channel });
}

exposeIfRequested();
