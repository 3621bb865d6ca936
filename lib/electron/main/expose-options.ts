/** The options of `exposeEngine()`. */

import type { ElectronIpcMain, PageMethod } from '../../../types/electron';
import type { ExposeOptions } from '../../../types/electron-main';
import { asChannel, invalidOption, ownOptions } from '../option-checks';
import { PAGE_METHODS } from '../page-methods';

/** Every option with its value. */
export interface ExposeSettings {
  ipcMain: ElectronIpcMain;
  channel: string;
  authorize: ExposeOptions['authorize'];
  validateSender: ExposeOptions['validateSender'];
  origins: readonly string[];
  allow: ReadonlySet<string>;
  access: 'own' | 'all';
  cancelWith: 'none' | 'window' | 'page';
  maxBytesInFlight: number;
  maxHoldMs: number;
  frameMs: number;
  allowProgressPatterns: boolean;
  allowRawCapture: boolean;
  executePlan: ExposeOptions['executePlan'];
  maxPlans: number;
}

export const OPTIONS = [
  'ipcMain',
  'channel',
  'authorize',
  'validateSender',
  'origins',
  'allow',
  'access',
  'cancelWith',
  'maxBytesInFlight',
  'maxHoldMs',
  'frameMs',
  'allowProgressPatterns',
  'allowRawCapture',
  'executePlan',
  'maxPlans',
] as const satisfies readonly (keyof ExposeOptions)[];

/** A longer delay makes a timer fire after 1 ms. */
const LONGEST_TIMER = 2 ** 31 - 1;

export function exposeSettings(options: unknown): ExposeSettings {
  const given = ownOptions(options, OPTIONS);
  return {
    ipcMain: asIpcMain(given.ipcMain),
    channel: asChannel(given.channel),
    authorize: asFunction('authorize', given.authorize) as ExposeOptions['authorize'],
    validateSender: asFunction(
      'validateSender',
      given.validateSender,
    ) as ExposeOptions['validateSender'],
    origins: asList('origins', given.origins ?? ['file://']),
    allow: new Set(asMethods(given.allow)),
    access: asOneOf('access', given.access ?? 'own', ['own', 'all']),
    cancelWith: asOneOf('cancelWith', given.cancelWith ?? 'none', ['none', 'window', 'page']),
    maxBytesInFlight: asNumber('maxBytesInFlight', given.maxBytesInFlight ?? 1_048_576, 1),
    maxHoldMs: asDelay('maxHoldMs', given.maxHoldMs ?? 1000),
    frameMs: asDelay('frameMs', given.frameMs ?? 16),
    allowProgressPatterns: asBoolean('allowProgressPatterns', given.allowProgressPatterns ?? false),
    allowRawCapture: asBoolean('allowRawCapture', given.allowRawCapture ?? false),
    executePlan: asFunction('executePlan', given.executePlan) as ExposeOptions['executePlan'],
    maxPlans: asNumber('maxPlans', given.maxPlans ?? 16, 1),
  };
}

/** `ipcMain` inherits its methods from `EventEmitter`, so they are not own properties. */
function asIpcMain(value: unknown): ElectronIpcMain {
  const { handle, on } = Object(value) as Partial<ElectronIpcMain>;
  if (typeof value !== 'object' || typeof handle !== 'function' || typeof on !== 'function') {
    throw invalidOption('ipcMain', 'the ipcMain of electron', value);
  }
  return value as ElectronIpcMain;
}

function asFunction(name: string, value: unknown): unknown {
  if (value === undefined || typeof value === 'function') return value;
  throw invalidOption(name, 'a function', value);
}

function asBoolean(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw invalidOption(name, 'true or false', value);
}

function asList(name: string, value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.some((entry) => typeof entry !== 'string')) {
    throw invalidOption(name, 'an array of strings', value);
  }
  return [...value];
}

function asMethods(value: unknown = PAGE_METHODS): readonly string[] {
  const names = asList('allow', value);
  for (const name of names) asOneOf('allow', name, PAGE_METHODS);
  return names as PageMethod[];
}

function asOneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  if (allowed.includes(value as T)) return value as T;
  throw invalidOption(name, `one of: ${allowed.join(', ')}`, value);
}

const asDelay = (name: string, value: unknown): number =>
  Math.min(asNumber(name, value, 0), LONGEST_TIMER);

function asNumber(name: string, value: unknown, least: number): number {
  if (typeof value === 'number' && value >= least) return value;
  throw invalidOption(name, `a number >= ${least}`, value);
}
