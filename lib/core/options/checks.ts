/** Checks of single values. The errors are worded like those of Node. */

import type * as url from 'node:url';
import type * as util from 'node:util';
import { setOwn } from '../util/own-property';
import { similarValue } from '../util/similar';

export type Fields = Readonly<Record<string, unknown>>;

const LONGEST_SHOWN = 100;

/** What the check that runs must not show: lists of secrets, unchecked. Checks are synchronous. */
let hidden: readonly Iterable<unknown>[] = [];

/** Runs a check of values that can contain secrets in any place: its errors show none of them. */
export function withoutSecrets<T>(secrets: readonly Iterable<unknown>[], check: () => T): T {
  const outer = hidden;
  hidden = secrets;
  try {
    return check();
  } finally {
    hidden = outer;
  }
}

/** Reads the lists only here: a check without an error must not take longer for many secrets. */
function redacted(text: string): string {
  const found = hidden
    .flatMap((secrets) => [...secrets])
    .filter((secret) => typeof secret === 'string' && secret !== '' && text.includes(secret));
  // A secret can be a part of another one.
  const longestFirst = (found as string[]).sort((a, b) => b.length - a.length);
  return longestFirst.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
}

/** The start of a text, long enough to recognize it in a message. Redacted before: a part of a secret is not found. */
export function shortened(given: string): string {
  const text = redacted(given);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN - 3)}...` : text;
}

/** Names with a dot or an index are properties of an argument. */
const nameOf = (name: string): string =>
  `"${shortened(name)}" ${/[.[]/.test(name) ? 'property' : 'argument'}`;

function coded<E extends Error>(error: E, code: string): E & { code: string } {
  setOwn(error, 'code', code);
  return error as E & { code: string };
}

/** Describes a value that was received. */
export function received(value: unknown): string {
  if (value === null || value === undefined) return `Received ${value}`;
  if (typeof value === 'function') return `Received function ${value.name}`;
  const { inspect } = require('node:util') as typeof util;
  if (typeof value === 'object') {
    const maker: unknown = value.constructor?.name;
    const isNamed = typeof maker === 'string' && maker !== '';
    return isNamed
      ? `Received an instance of ${shortened(maker)}`
      : `Received ${inspect(value, { depth: -1 })}`;
  }
  const text = redacted(inspect(typeof value === 'string' ? redacted(value) : value));
  const shown = text.length > 28 ? `${text.slice(0, 25)}...` : text;
  return `Received type ${typeof value} (${shown})`;
}

/** As {@link received}, without the value. */
export const receivedType = (value: unknown): string =>
  typeof value === 'object' || value === undefined
    ? received(value)
    : `Received type ${typeof value}`;

/** `expected`: "of type number", "an instance of AbortSignal". */
export function wrongType(name: string, expected: string, value: unknown): TypeError {
  return coded(
    new TypeError(`The ${nameOf(name)} must be ${expected}. ${received(value)}`),
    'ERR_INVALID_ARG_TYPE',
  );
}

/**
 * As {@link wrongType}, for a value that no message may show: the text of a command, an argument, an environment
 * variable, an input or the metadata can be a secret, also where it has the wrong type.
 */
export function wrongSecretType(name: string, expected: string, value: unknown): TypeError {
  return coded(
    new TypeError(`The ${nameOf(name)} must be ${expected}. ${receivedType(value)}`),
    'ERR_INVALID_ARG_TYPE',
  );
}

export function wrongValue(name: string, problem: string): TypeError {
  return coded(new TypeError(`The ${nameOf(name)} ${redacted(problem)}`), 'ERR_INVALID_ARG_VALUE');
}

export function outOfRange(name: string, range: string, value: unknown): RangeError {
  const shown = typeof value === 'string' ? `'${value}'` : String(value);
  return coded(
    new RangeError(
      `The value of "${shortened(name)}" is out of range. It must be ${range}. Received ${redacted(shown)}`,
    ),
    'ERR_OUT_OF_RANGE',
  );
}

/** `meant`: the name of a signal that was probably meant. */
export function unknownSignal(name: string, signal: unknown, meant?: string): TypeError {
  const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
  const rule = `The ${nameOf(name)} must be the name or number of a signal of this platform${hint}`;
  const message = `Unknown signal: ${shortened(String(signal))}. ${rule}`;
  return coded(new TypeError(message), 'ERR_UNKNOWN_SIGNAL');
}

/** `process.env` has a prototype of its own. */
const ENV_PROTOTYPE: unknown = Object.getPrototypeOf(process.env);

/** Whether all properties of an object are its own: no class, no collection, nothing inherited. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  if (prototype === ENV_PROTOTYPE) return true;
  // `Object.prototype` of another realm.
  return (
    Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'isPrototypeOf')
  );
}

/** Any object, for fields that are read through the prototype on purpose. */
export function asObject(name: string, value: unknown): Fields {
  if (typeof value !== 'object' || value === null) {
    throw wrongSecretType(name, 'of type object', value);
  }
  return value as Fields;
}

/** An object that consists of its own properties. The contents of a `Map` or of a prototype would be lost. */
export function asPlainObject(name: string, value: unknown): Fields {
  const object = asObject(name, value);
  if (isPlainObject(object)) return object;
  const expected = plainObjectFor(name.slice(name.lastIndexOf('.') + 1), object);
  if (object.constructor !== Object) throw wrongType(name, expected, value);
  throw coded(
    new TypeError(
      `The ${nameOf(name)} must be ${expected}. Received an object with another prototype`,
    ),
    'ERR_INVALID_ARG_TYPE',
  );
}

/** "a plain object", and how to make one of `object` if that is possible. */
export function plainObjectFor(name: string, object: object): string {
  const { types } = require('node:util') as typeof util;
  const isList = Array.isArray(object) || ArrayBuffer.isView(object) || types.isSet(object);
  if (types.isPromise(object)) return `a plain object, such as await ${name}`;
  if (isList || types.isRegExp(object) || types.isDate(object)) return 'a plain object';
  // A Map, Headers, URLSearchParams.
  const hasEntries = typeof (object as Partial<Map<string, unknown>>).entries === 'function';
  return `a plain object, such as ${hasEntries ? `Object.fromEntries(${name})` : `{ ...${name} }`}`;
}

/** An own property of whatever was given; `undefined` where it cannot be read. */
export function ownValue(request: unknown, field: string): unknown {
  try {
    return Object.hasOwn(request as object, field)
      ? (request as Record<string, unknown>)[field]
      : undefined;
  } catch {
    // A getter that throws. The error that is reported is the first one.
    return undefined;
  }
}

export function asString(name: string, value: unknown): string {
  if (typeof value !== 'string') throw wrongSecretType(name, 'of type string', value);
  return value;
}

export function asNumber(name: string, value: unknown): number {
  if (typeof value !== 'number') throw wrongType(name, 'of type number', value);
  return value;
}

export function asBoolean(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw wrongType(name, 'of type boolean', value);
  return value;
}

export function asStrings(name: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw wrongSecretType(name, 'an instance of Array', value);
  // Holes are entries too.
  return Array.from(value, (entry, index) => asString(`${name}[${index}]`, entry));
}

/** A list of anything. Holes are entries too. */
export function asArray(name: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw wrongType(name, 'an instance of Array', value);
  return Array.from(value as readonly unknown[]);
}

export function asInteger(name: string, value: unknown, least: number): number {
  const number = asNumber(name, value);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw outOfRange(name, `an integer of at least ${least}`, value);
}

/** Also one of another realm. */
export const isRegExp = (value: unknown): value is RegExp =>
  (require('node:util') as typeof util).types.isRegExp(value);

/** What is wrong with a text that is not JSON, without the piece of the text that V8 adds. */
export const syntaxProblem = (error: unknown): string =>
  (error as Error).message.replace(/,? ?(?:\.\.\.)?".*$/s, '');

export const listOf = (names: readonly string[]): string =>
  names.map((name) => `'${name}'`).join(', ');

export function asOneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  const text = asString(name, value);
  if ((allowed as readonly string[]).includes(text)) return text as T;
  const meant = similarValue(text, allowed);
  const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
  throw wrongValue(
    name,
    `must be one of: ${listOf(allowed)}. Received '${shortened(text)}'${hint}`,
  );
}

/** An instance of `URL` of any realm. */
export function isUrl(value: unknown): value is URL {
  if (typeof value !== 'object' || value === null) return false;
  const { href, protocol } = value as Partial<URL>;
  return typeof href === 'string' && typeof protocol === 'string';
}

/** A path: a string as it is, or a `file:` URL. */
export function asPath(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (!isUrl(value)) throw wrongType(name, 'of type string or an instance of URL', value);
  if (value.protocol !== 'file:') {
    throw wrongValue(name, `must be a URL of scheme file. Received '${value.protocol}'`);
  }
  return (require('node:url') as typeof url).fileURLToPath(value);
}

/** Text, or bytes as a view of the caller's memory. */
export function asData(name: string, value: unknown): string | Uint8Array {
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  const { types } = require('node:util') as typeof util;
  if (types.isAnyArrayBuffer(value)) return new Uint8Array(value);
  const expected = 'of type string or an instance of Buffer, TypedArray, DataView or ArrayBuffer';
  throw wrongSecretType(name, expected, value);
}

export const isUuid = (text: string): boolean =>
  /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);

/** What is expected in the place of a handle, a result, or the promise of an id. */
function idOf(given: object): string {
  const { id, then } = given as { id?: unknown; then?: unknown };
  if (typeof id === 'string') return 'of type string: the "id" of what was passed';
  return `of type string${typeof then === 'function' ? ': await the promise' : ''}`;
}

/** Ids are in lower case. Text that is not a UUID is passed on: the engine refuses it. */
export function asId(name: string, value: unknown): string {
  if (typeof value === 'object' && value !== null) throw wrongType(name, idOf(value), value);
  const id = asString(name, value);
  return isUuid(id) ? id.toLowerCase() : id;
}

/** Applies `check` unless the value is `undefined`, which means that it was not given. */
export function optional<T>(
  check: (name: string, value: unknown) => T,
  name: string,
  value: unknown,
): T | undefined {
  return value === undefined ? undefined : check(name, value);
}
