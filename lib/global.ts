/** The one engine that a process may share. */

import type { ExecutionConfigInput } from '../types/config';
import { ExecutionError } from './errors';

/** One at a time, and everybody else waits: what a shared engine is expected to do. */
const SERIAL = { maxConcurrentExecutions: 1, maxQueuedExecutions: Number.POSITIVE_INFINITY };

/** Given fields over the serial ones; an `undefined` one was not given. */
export function serialConfig(config: ExecutionConfigInput = {}): ExecutionConfigInput {
  // The engine says what is wrong with it.
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return config;
  const given = Object.entries(config).filter(([, value]) => value !== undefined);
  return { ...SERIAL, ...Object.fromEntries(given) };
}

/** Holds what is made once. */
export class Singleton<T> {
  #instance: T | undefined;

  init(make: () => T): T {
    if (this.#instance !== undefined) throw misuse('initGlobal() was called already');
    this.#instance = make();
    return this.#instance;
  }

  get(): T {
    if (this.#instance === undefined) throw misuse('call initGlobal() before global()');
    return this.#instance;
  }
}

function misuse(problem: string): ExecutionError {
  return new ExecutionError('ERR_INVALID_CONFIG', `Invalid configuration: ${problem}`);
}
