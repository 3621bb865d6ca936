/** Checks of the options of `exposeEngine()` and of the preload script. */

import type {
  ElectronIpcMain,
  ExposeOptions,
  PageMethod,
  PreloadOptions,
} from '../../types/electron';
import { PAGE_METHODS } from './page-methods';
import { DEFAULT_CHANNEL } from './wire';

/** Every option with its value. */
export interface Settings {
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
}

const KNOWN = [
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
] as const;

export function settingsOf(options: unknown): Settings {
  const given = fieldsOf(options, KNOWN);
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
  };
}

/** A timer takes what is longer for 1 ms. */
const LONGEST_TIMER = 2 ** 31 - 1;

const asDelay = (name: string, value: unknown): number =>
  Math.min(asNumber(name, value, 0), LONGEST_TIMER);

export function preloadSettings(options: unknown = {}): Required<{ key: string; channel: string }> {
  const given = fieldsOf(options, ['key', 'channel']) as PreloadOptions;
  const { key = 'executionEngine' } = given;
  if (typeof key !== 'string' || !/^[A-Za-z_$][\w$]*$/.test(key)) {
    throw wrong('key', 'a name such as executionEngine', key);
  }
  return { key, channel: asChannel(given.channel) };
}

/** An error of Node's kind. */
export function wrong(name: string, allowed: string, value: unknown): TypeError {
  const isText = typeof value === 'string' || typeof value === 'number';
  const received = isText ? `'${value}'` : value === null ? 'null' : typeof value;
  const error = new TypeError(`The "${name}" option must be ${allowed}. Received ${received}`);
  return Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' });
}

function fieldsOf(options: unknown, known: readonly string[]): Record<string, unknown> {
  if (typeof options !== 'object' || options === null) throw wrong('options', 'an object', options);
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw wrong(name, `one of: ${known.join(', ')}`, name);
  }
  return { ...options };
}

function asIpcMain(value: unknown): ElectronIpcMain {
  const { handle, on } = (value ?? {}) as Partial<ElectronIpcMain>;
  if (typeof handle !== 'function' || typeof on !== 'function') {
    throw wrong('ipcMain', 'the ipcMain of electron', value);
  }
  return value as ElectronIpcMain;
}

function asChannel(value: unknown = DEFAULT_CHANNEL): string {
  if (typeof value !== 'string' || !/^[\w.:-]+$/.test(value)) {
    throw wrong('channel', 'letters, digits and any of _ . : -', value);
  }
  return value;
}

function asFunction(name: string, value: unknown): unknown {
  if (value !== undefined && typeof value !== 'function') throw wrong(name, 'a function', value);
  return value;
}

function asList(name: string, value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.some((entry) => typeof entry !== 'string')) {
    throw wrong(name, 'an array of strings', value);
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
  throw wrong(name, `one of: ${allowed.join(', ')}`, value);
}

function asNumber(name: string, value: unknown, least: number): number {
  if (typeof value === 'number' && value >= least) return value;
  throw wrong(name, `a number >= ${least}`, value);
}
