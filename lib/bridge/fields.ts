/** Objects field by field, from the API to the wire and back: tables of codecs, and what reads them. */

import type { OversizedOutputStrategy } from '../../types/config';
import type { WireStrategy } from '../../types/wire';
import {
  asBoolean,
  asData,
  asNumber,
  asObject,
  asOneOf,
  asPath,
  asString,
  asStrings,
  unknownSignal,
  wrongSecretType,
  wrongType,
} from '../options/checks';
import { isSecrets, SECRETS } from '../options/config-rules';
import { asLimits } from '../options/limits';
import { refuseUnknown } from '../options/names';
import { toSnake } from './names';
import { dataFromWire, dataToWire, numberFromWire, numberToWire } from './values';

/**
 * One field. On the way out its shape is checked, since JSON would change what it cannot hold; on
 * the way in the engine checks what it gets.
 */
export interface Codec {
  toWire(name: string, value: unknown): unknown;
  fromWire(name: string, value: unknown): unknown;
}

export type Codecs = Readonly<Record<string, Codec>>;
type Fields = Readonly<Record<string, unknown>>;

const asIs = (_name: string, value: unknown): unknown => value;

/** The same on both sides. */
const same = (check: (name: string, value: unknown) => unknown): Codec => ({
  toWire: check,
  fromWire: asIs,
});

export const text = same(asString);
export const flag = same(asBoolean);
export const path = same(asPath);
export const strings = same(asStrings);

export const number: Codec = {
  toWire: (name, value) => numberToWire(asNumber(name, value)),
  fromWire: (_name, value) => numberFromWire(value),
};

/** Milliseconds, or `false` for never. */
export const delay: Codec = {
  toWire(name, value) {
    if (value === false) return false;
    if (typeof value !== 'number') throw wrongType(name, 'of type number or false', value);
    return numberToWire(value);
  },
  fromWire: (_name, value) => numberFromWire(value),
};

/** A name or a number. Which ones there are is for the side to say that sends it. */
export const signal = same((name, value) => {
  if (typeof value === 'string' || Number.isInteger(value)) return value;
  if (typeof value === 'number') throw unknownSignal(value);
  throw wrongType(name, 'of type string or number', value);
});

export const data: Codec = {
  toWire: (name, value) => dataToWire(asData(name, value)),
  fromWire: dataFromWire,
};

export const oneOf = (...allowed: string[]): Codec =>
  same((name, value) => asOneOf(name, value, allowed));

export const secrets = same((name, value) => {
  if (isSecrets(value)) return value;
  throw wrongSecretType(name, SECRETS);
});

/** `null` and `undefined` remove a name. JSON knows only the one. */
export const environment = same((name, value) => {
  const entries = Object.entries(asObject(name, value)).map(([key, entry]) => {
    if (entry !== null && entry !== undefined && typeof entry !== 'string') {
      throw wrongType(`${name}.${key}`, 'of type string, null or undefined', entry);
    }
    return [key, entry ?? null];
  });
  // An assignment would not make an own `__proto__`.
  return Object.fromEntries(entries);
});

const STRATEGY_TO_WIRE: Readonly<Record<OversizedOutputStrategy, WireStrategy>> = {
  truncateWithWarning: 'TruncateWithWarning',
  failExecution: 'FailExecution',
  streamToFile: 'StreamToFile',
};
const STRATEGY_FROM_WIRE = new Map<string, string>(
  Object.entries(STRATEGY_TO_WIRE).map(([name, wire]) => [wire, name]),
);

export const strategy: Codec = {
  toWire: (name, value) =>
    STRATEGY_TO_WIRE[
      asOneOf(name, value, Object.keys(STRATEGY_TO_WIRE) as OversizedOutputStrategy[])
    ],
  fromWire: (name, value) =>
    STRATEGY_FROM_WIRE.get(asOneOf(name, value, [...STRATEGY_FROM_WIRE.keys()])),
};

/** An object with a table of its own. */
export const object = (codecs: Codecs): Codec => ({
  toWire: (name, value) => fieldsToWire(name, value, codecs),
  fromWire: (name, value) => fieldsFromWire(name, value, codecs),
});

export const LIMITS: Codecs = {
  cpuSeconds: number,
  addressSpaceBytes: number,
  fileSizeBytes: number,
  openFiles: number,
  processes: number,
  coreBytes: number,
  memoryMax: number,
  pidsMax: number,
  nice: number,
};

export const limits: Codec = {
  toWire: (name, value) => fieldsToWire(name, asLimits(name, value), LIMITS),
  fromWire: (name, value) => fieldsFromWire(name, value, LIMITS),
};

/** What is `undefined` stays away; unknown fields are refused by name. */
export function fieldsToWire(name: string, value: unknown, codecs: Codecs): Fields {
  const fields = asObject(name, value);
  refuseUnknown(name, fields, Object.keys(codecs));
  const wire: Record<string, unknown> = {};
  for (const [field, codec] of Object.entries(codecs)) {
    const entry = fields[field];
    if (entry !== undefined) wire[toSnake(field)] = codec.toWire(`${name}.${field}`, entry);
  }
  return wire;
}

/** What is `null` is not there: so writes `serde`. */
export function fieldsFromWire(name: string, value: unknown, codecs: Codecs): Fields {
  const wire = asObject(name, value);
  const names = Object.keys(codecs);
  refuseUnknown(name, wire, names.map(toSnake));
  const fields: Record<string, unknown> = {};
  for (const field of names) {
    const entry = wire[toSnake(field)];
    if (entry === undefined || entry === null) continue;
    fields[field] = (codecs[field] as Codec).fromWire(`${name}.${toSnake(field)}`, entry);
  }
  return fields;
}
