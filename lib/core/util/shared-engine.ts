/** The engine that all parts of a process may share. */

import type { ExecutionConfigInput } from '../../../types/config';
import { ExecutionError } from '../errors';

/** A shared engine runs one command at a time and queues the others. */
const SERIAL = { maxConcurrentExecutions: 1, maxQueuedExecutions: Number.POSITIVE_INFINITY };

/** The fields of `config` replace the serial ones, unless they are `undefined`. */
export function serialConfig(config: ExecutionConfigInput = {}): ExecutionConfigInput {
  // The engine reports what is wrong.
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return config;
  const given = Object.entries(config).filter(([, value]) => value !== undefined);
  return { ...SERIAL, ...Object.fromEntries(given) };
}

/** Holds the one instance. */
export class SharedEngine<T> {
  #instance: T | undefined;

  init(make: () => T): T {
    if (this.#instance !== undefined) throw misuse('initGlobal() was already called');
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
