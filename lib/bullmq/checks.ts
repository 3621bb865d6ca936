/** Checks of single values. Every message has what is allowed, on both sides, and what was received, shortened. Pure. */

import { inspect } from 'node:util';
import {
  asArray,
  asObject,
  asPlainObject,
  isPlainObject,
  outOfRange,
  setOwn,
  shortened,
  unknownField,
  wrongType,
  wrongValue,
} from '../core/index';

export type Check<T> = (name: string, value: unknown) => T;
type Fields = Readonly<Record<string, unknown>>;

/** An integer within both bounds. */
export function asIntegerIn(name: string, value: unknown, least: number, most: number): number {
  if (typeof value !== 'number') throw wrongType(name, 'of type number', value);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw outOfRange(name, `an integer from ${least} to ${most}`, value);
}

export const numberIn =
  (least: number, most: number): Check<number> =>
  (name, value) =>
    asIntegerIn(name, value, least, most);

export function asFunction<F>(name: string, value: unknown): F {
  if (typeof value === 'function') return value as F;
  throw wrongType(name, 'of type function', value);
}

/** A text that no message must hide. */
function asOpenText(name: string, value: unknown): string {
  if (typeof value !== 'string') throw wrongType(name, 'of type string', value);
  return value;
}

/** What was received, for the end of a message. */
export function shown(text: string): string {
  const start = inspect(shortened(text));
  return text.length > 100 ? `Received ${start} of ${text.length} characters` : `Received ${start}`;
}

/** A text of 1 to `most` characters. PostgreSQL stores no NUL. */
export const textWithin =
  (most: number): Check<string> =>
  (name, value) => {
    const text = asOpenText(name, value);
    if (text.length >= 1 && text.length <= most && !text.includes('\0')) return text;
    throw wrongValue(name, `must have 1 to ${most} characters, none of them NUL. ${shown(text)}`);
  };

export function asWord<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  const text = asOpenText(name, value);
  if ((allowed as readonly string[]).includes(text)) return text as T;
  const list = allowed.map((word) => `'${word}'`).join(', ');
  throw wrongValue(name, `must be one of: ${list}. ${shown(text)}`);
}

/** Of a queue or its prefix. BullMQ joins them with colons. */
export function asName(name: string, value: unknown): string {
  const text = asOpenText(name, value);
  if (/^[^:\0]{1,128}$/.test(text)) return text;
  throw wrongValue(
    name,
    `must have 1 to 128 characters, without ':' and without NUL. ${shown(text)}`,
  );
}

/** Runs a step that reads what a caller made. A getter or a proxy that throws is named. */
function reading<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const unreadable = wrongValue(name, 'cannot be read: a getter or a proxy of it threw an error');
    setOwn(unreadable, 'cause', error);
    throw unreadable;
  }
}

/** The own fields of a plain object, each of them read once. */
export function copyOf(path: string, value: unknown): Fields {
  const object = asObject(path, value);
  if (!reading(path, () => isPlainObject(object))) asPlainObject(path, value);
  const copy: Record<string, unknown> = {};
  for (const field of reading(path, () => Object.keys(object))) {
    setOwn(
      copy,
      field,
      reading(`${path}.${field}`, () => object[field]),
    );
  }
  return copy;
}

/** As {@link copyOf}, of options that may be absent. Unknown fields are refused. */
export function optionsOf(path: string, value: unknown, known: readonly string[]): Fields {
  const copy = value === undefined ? {} : copyOf(path, value);
  const unknown = Object.keys(copy).find((field) => !known.includes(field));
  if (unknown !== undefined) throw unknownField(path, unknown, known);
  return { __proto__: null, ...copy };
}

export const copyOfList: Check<readonly unknown[]> = (name, value) =>
  asArray(name, value) && reading(name, () => Array.from(value as readonly unknown[]));

/** A copy of plain data that nothing can change. */
export function frozenCopy<T>(data: T): T {
  return frozen(structuredClone(data));
}

function frozen<T>(data: T): T {
  if (typeof data !== 'object' || data === null) return data;
  for (const value of Object.values(data)) frozen(value);
  return Object.freeze(data);
}
