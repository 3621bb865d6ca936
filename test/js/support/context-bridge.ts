/** What Electron's `contextBridge` makes of a value on its way into another context. */

import { types } from 'node:util';

type Function = (...args: unknown[]) => unknown;

/**
 * Functions are wrapped, promises too; objects and arrays are copied without prototypes and symbols;
 * of an error only the message is kept; the rest is cloned, or refused. `frozen`: as the exposed API
 * itself is.
 */
export function bridged(value: unknown, frozen = false): unknown {
  if (typeof value === 'symbol') return undefined;
  if (typeof value === 'function') return wrapped(value as Function);
  if (typeof value !== 'object' || value === null) return value;
  if (types.isPromise(value)) return crossed(value);
  if (types.isNativeError(value)) return new Error(value.message);
  const copy = copied(value, frozen);
  return frozen && !ArrayBuffer.isView(copy) ? Object.freeze(copy) : copy;
}

function copied(value: object, frozen: boolean): unknown {
  if (Array.isArray(value)) return value.map((entry) => bridged(entry, frozen));
  if (isOfBuiltInClass(value)) return structuredClone(value);
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, bridged(entry, frozen)]),
  );
}

/** Instances of other classes are treated as plain objects. */
const isOfBuiltInClass = (value: object): boolean =>
  Object.prototype.toString.call(value) !== '[object Object]';

function wrapped(target: Function): Function {
  return (...args) => {
    let result: unknown;
    try {
      result = target(...args.map((argument) => bridged(argument)));
    } catch (error) {
      throw bridged(error);
    }
    return bridged(result);
  };
}

/** A rejection with plain data keeps its fields; an error does not. */
async function crossed(promise: Promise<unknown>): Promise<unknown> {
  try {
    return bridged(await promise);
  } catch (error) {
    throw bridged(error);
  }
}
