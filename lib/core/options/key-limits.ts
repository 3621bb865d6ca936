/** The limits of single keys, in configurations. */

import { asPlainObject, outOfRange } from './checks';
import { asKey } from './kinds';

const LEAST = 'an integer of at least 1';

export function asKeyLimit(name: string, value: unknown, allowed = LEAST): number {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number;
  throw outOfRange(name, allowed, value);
}

/** `null`: the limit of the configuration. */
export const asNewKeyLimit = (name: string, value: unknown): number | null =>
  value === null ? null : asKeyLimit(name, value, `${LEAST}, or null`);

/** `key, limit, key, limit, …` */
export function keyLimitValues(name: string, value: unknown): (string | number)[] {
  const limits = asPlainObject(name, value);
  return Object.keys(limits).flatMap((key) => [
    asKey(`${name} key`, key),
    asKeyLimit(`${name}.${key}`, limits[key]),
  ]);
}

/** A checked copy, frozen. A key may be `__proto__`. */
export function asKeyLimits(name: string, value: unknown): Readonly<Record<string, number>> {
  const values = keyLimitValues(name, value);
  const entries = values.flatMap((key, at) => (at % 2 === 0 ? [[key, values[at + 1]]] : []));
  return Object.freeze(Object.fromEntries(entries));
}
