/** The entry point `escher-execution-engine/electron`: for the main process of Electron. */

import * as path from 'node:path';
import type { PreloadOptions } from '../../types/electron';
import { installedFile } from '../core/index';
import { PRELOAD_ARGUMENT } from './ipc';
import { preloadSettings } from './preload-options';

export type {
  ElectronContextBridge,
  ElectronFrame,
  ElectronIpcEvent,
  ElectronIpcListener,
  ElectronIpcMain,
  ElectronIpcRenderer,
  ElectronListener,
  ElectronWebContents,
  PageCallbacks,
  PageError,
  PageEventName,
  PageEvents,
  PageExecution,
  PageExecutionEngine,
  PageMethod,
  PagePlan,
  PagePlanCallbacks,
  PagePlanOptions,
  PlanSettledEvent,
  PreloadOptions,
  SkippedEvent,
} from '../../types/electron';
export type { ExposedEngine, ExposeOptions, PageSender } from '../../types/electron-main';
export { exposeEngine } from './main/expose';

/**
 * The `webPreferences` of a window that uses the preload script of this package. The app then needs no
 * preload script, and no bundler for it: a sandboxed preload script cannot load packages.
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
    preload: preloadScript(),
    additionalArguments: [`${PRELOAD_ARGUMENT}${key}:${channel}`],
  };
}

/** A bundle of ES modules has no `__dirname`: the script is found where the package is installed. */
const preloadScript = (): string =>
  typeof __dirname === 'string'
    ? path.join(__dirname, 'preload.js')
    : installedFile('escher-execution-engine/electron/preload');
