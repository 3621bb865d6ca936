/** Checks of options that the main process and a preload script share. */

import { withCode } from './error-code';
import { DEFAULT_CHANNEL } from './ipc';

/** An error in the style of Node's argument errors. */
export function invalidOption(name: string, allowed: string, value: unknown): TypeError {
  const isText = typeof value === 'string' || typeof value === 'number';
  const received = isText ? `'${value}'` : value === null ? 'null' : typeof value;
  const error = new TypeError(`The "${name}" option must be ${allowed}. Received ${received}`);
  return withCode(error, 'ERR_INVALID_ARG_VALUE');
}

/** The own properties of `options` and nothing inherited. Unknown names are refused. */
export function ownOptions(options: unknown, known: readonly string[]): Record<string, unknown> {
  if (typeof options !== 'object' || options === null) {
    throw invalidOption('options', 'an object', options);
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw invalidOption(name, `one of: ${known.join(', ')}`, name);
  }
  // Without a prototype: a property of a polluted `Object.prototype` must not act as an option.
  return { __proto__: null, ...options };
}

export function asChannel(value: unknown = DEFAULT_CHANNEL): string {
  if (typeof value !== 'string' || !/^[\w.:-]+$/.test(value)) {
    throw invalidOption('channel', 'letters, digits and any of _ . : -', value);
  }
  return value;
}
