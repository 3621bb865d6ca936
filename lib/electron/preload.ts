/**
 * The face `escher-execution-engine/electron/preload`: gives a page its API. It runs in a sandboxed
 * preload script too, so nothing of Node is used here.
 */

import type {
  ElectronContextBridge,
  ElectronIpcRenderer,
  PreloadOptions,
} from '../../types/electron';
import { preloadSettings, wrong } from './options';
import { pageApi } from './page-api';
import { PageClient } from './page-client';
import { PRELOAD_ARGUMENT } from './wire';

/** What a preload script passes on of Electron. */
export interface PreloadElectron {
  contextBridge: ElectronContextBridge;
  ipcRenderer: ElectronIpcRenderer;
}

/**
 * Puts the API of a page, `PageExecutionEngine`, into `window[key]`. For a preload script that is
 * put together by a bundler; a window with `preloadPreferences()` needs none.
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

/** As the preload script itself, when the main process says so. */
function exposeIfAsked(): void {
  const asked = process.argv.find((argument) => argument.startsWith(PRELOAD_ARGUMENT));
  if (asked === undefined) return;
  const named = /^([\w$]+):(.+)$/.exec(asked.slice(PRELOAD_ARGUMENT.length));
  if (named === null) throw wrong('additionalArguments', 'those of preloadPreferences()', asked);
  const [, key, channel] = named;
  exposeInPreload(require('electron') as PreloadElectron, { key, channel });
}

exposeIfAsked();
