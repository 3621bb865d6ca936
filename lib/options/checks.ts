/** Checks of shapes that all options share. Errors read as Node's own do. */

import type * as url from 'node:url';
import type * as util from 'node:util';

type Fields = Readonly<Record<string, unknown>>;

const LONGEST_SHOWN = 100;

/** Of what came as much as tells what it is. */
export function shortened(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN - 3)}...` : text;
}

/** Whether a name is that of an argument, or of a property of one. */
const nameOf = (name: string): string =>
  `"${shortened(name)}" ${/[.[]/.test(name) ? 'property' : 'argument'}`;

function coded<E extends Error>(error: E, code: string): E & { code: string } {
  return Object.assign(error, { code });
}

/** What was given, in words. */
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
  const text = inspect(value, { colors: false });
  const shown = text.length > 28 ? `${text.slice(0, 25)}...` : text;
  return `Received type ${typeof value} (${shown})`;
}

/** `expected`: "of type number", "an instance of AbortSignal". */
export function wrongType(name: string, expected: string, value: unknown): TypeError {
  return coded(
    new TypeError(`The ${nameOf(name)} must be ${expected}. ${received(value)}`),
    'ERR_INVALID_ARG_TYPE',
  );
}

/** As {@link wrongType}, for what may not be shown. */
export function wrongSecretType(name: string, expected: string): TypeError {
  return coded(new TypeError(`The ${nameOf(name)} must be ${expected}.`), 'ERR_INVALID_ARG_TYPE');
}

export function wrongValue(name: string, problem: string): TypeError {
  return coded(new TypeError(`The ${nameOf(name)} ${problem}`), 'ERR_INVALID_ARG_VALUE');
}

export function outOfRange(name: string, range: string, value: unknown): RangeError {
  return coded(
    new RangeError(
      `The value of "${shortened(name)}" is out of range. It must be ${range}. Received ${String(value)}`,
    ),
    'ERR_OUT_OF_RANGE',
  );
}

export function unknownSignal(signal: unknown): TypeError {
  return coded(new TypeError(`Unknown signal: ${shortened(String(signal))}`), 'ERR_UNKNOWN_SIGNAL');
}

export function asObject(name: string, value: unknown): Fields {
  // A Map has no fields: what is in it would be lost without a word.
  const isPlain = typeof value === 'object' && !Array.isArray(value) && !(value instanceof Map);
  if (!isPlain || value === null) throw wrongType(name, 'of type object', value);
  return value as Fields;
}

export function asString(name: string, value: unknown): string {
  if (typeof value !== 'string') throw wrongType(name, 'of type string', value);
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
  if (!Array.isArray(value)) throw wrongType(name, 'an instance of Array', value);
  // Holes are entries too.
  return Array.from(value, (entry, index) => asString(`${name}[${index}]`, entry));
}

export function asOneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  const text = asString(name, value);
  if ((allowed as readonly string[]).includes(text)) return text as T;
  const list = allowed.map((entry) => `'${entry}'`).join(', ');
  throw wrongValue(name, `must be one of: ${list}. Received '${shortened(text)}'`);
}

/** An instance of `URL`, of whatever realm. */
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

/** Text, or bytes as a view on the caller's memory. */
export function asData(name: string, value: unknown): string | Uint8Array {
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  const { types } = require('node:util') as typeof util;
  if (types.isAnyArrayBuffer(value)) return new Uint8Array(value);
  const expected = 'of type string or an instance of Buffer, TypedArray, DataView or ArrayBuffer';
  throw wrongType(name, expected, value);
}

/** Lower case, as the engine knows ids; what is no UUID is left for it to refuse. */
export function asId(name: string, value: unknown): string {
  const id = asString(name, value);
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id) ? id.toLowerCase() : id;
}

/** Takes `check` through if there is a value: `undefined` means that none was given. */
export function optional<T>(
  check: (name: string, value: unknown) => T,
  name: string,
  value: unknown,
): T | undefined {
  return value === undefined ? undefined : check(name, value);
}
