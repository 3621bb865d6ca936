/** The face `escher-execution-engine/electron`: for the main process of Electron. */

import * as path from 'node:path';
import type { PreloadOptions } from '../../types/electron';
import { preloadSettings } from './options';
import { PRELOAD_ARGUMENT } from './wire';

export type {
  ElectronContextBridge,
  ElectronFrame,
  ElectronIpcEvent,
  ElectronIpcListener,
  ElectronIpcMain,
  ElectronIpcRenderer,
  ElectronListener,
  ElectronWebContents,
  ExposedEngine,
  ExposeOptions,
  PageCallbacks,
  PageError,
  PageEventName,
  PageEvents,
  PageExecution,
  PageExecutionEngine,
  PageMethod,
  PageSender,
  PreloadOptions,
  SkippedEvent,
} from '../../types/electron';
export { exposeEngine } from './expose';

/**
 * The `webPreferences` of a window whose preload script is the one of this package, so that the app
 * needs none of its own, and no bundler for it: a sandboxed one can load no packages.
 *
 * @example
 * ```ts
 * new BrowserWindow({ webPreferences: { ...preloadPreferences(), sandbox: true } });
 * ```
 * @throws `TypeError`, `ERR_INVALID_ARG_VALUE`
 */
export function preloadPreferences(options?: PreloadOptions): {
  preload: string;
  additionalArguments: string[];
} {
  const { key, channel } = preloadSettings(options);
  return {
    preload: path.join(__dirname, 'preload.js'),
    additionalArguments: [`${PRELOAD_ARGUMENT}${key}:${channel}`],
  };
}
