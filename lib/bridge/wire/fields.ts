/** Converts objects field by field between the API and the wire, by the tables of the core. */

import {
  ANSI_MODES,
  asBoolean,
  asData,
  asKeyLimits,
  asLimits,
  asNumber,
  asOneOf,
  asPath,
  asPlainObject,
  asStdinMode,
  asString,
  asStrings,
  CAPTURE_MODES,
  type Kind,
  LIMITS,
  type Name,
  PTY,
  STOP_STEP,
  STOP_TARGETS,
  STRATEGIES,
  secretsFault,
  setOwn,
  unknownField,
  unknownSignal,
  wrongSecretType,
  wrongType,
} from '../../core/index';
import { toSnake } from './names';
import { dataFromWire, dataToWire, numberFromWire, numberToWire } from './values';

/**
 * The conversions of one kind of field. `toWire` checks the shape of the value, since JSON would change what it cannot
 * hold. What `fromWire` returns is checked by the engine.
 */
export interface Codec {
  toWire(name: string, value: unknown): unknown;
  fromWire(name: string, value: unknown): unknown;
}

type Fields = Readonly<Record<string, unknown>>;

export const asIs = (_name: string, value: unknown): unknown => value;

/** The same value on both sides. */
export const same = (check: (name: string, value: unknown) => unknown): Codec => ({
  toWire: check,
  fromWire: asIs,
});

export const number: Codec = {
  toWire: (name, value) => numberToWire(asNumber(name, value)),
  fromWire: (_name, value) => numberFromWire(value),
};

const delay: Codec = {
  toWire(name, value) {
    if (value === false) return false;
    if (typeof value !== 'number') throw wrongType(name, 'of type number or false', value);
    return numberToWire(value);
  },
  fromWire: (_name, value) => numberFromWire(value),
};

/** A name or a number. The side that sends the signal decides whether it exists. */
export const signal = same((name, value) => {
  if (typeof value === 'string' || Number.isInteger(value)) return value;
  if (typeof value === 'number') throw unknownSignal(name, value);
  throw wrongType(name, 'of type string or number', value);
});

const bytes: Codec = {
  toWire: (name, value) => dataToWire(asData(name, value)),
  fromWire: dataFromWire,
};

const oneOf = (allowed: readonly string[]): Codec =>
  same((name, value) => asOneOf(name, value, allowed));

const secrets = same((name, value) => {
  const fault = secretsFault(name, value);
  if (fault !== undefined) throw fault;
  return value;
});

/** `null` and `undefined` remove a name. JSON has only `null`. */
const environment = same((name, value) => {
  const env = asPlainObject(name, value);
  const entries = Object.keys(env).map((key) => {
    const entry = env[key];
    if (entry !== null && entry !== undefined && typeof entry !== 'string') {
      throw wrongSecretType(`${name}.${key}`, 'of type string, null or undefined', entry);
    }
    return [key, entry ?? null];
  });
  // An assignment would set the prototype instead of a property `__proto__`.
  return Object.fromEntries(entries);
});

/** A copy. */
function keyLimits(name: string, value: unknown): Readonly<Record<string, number>> {
  return asKeyLimits(name, value);
}

/** `TruncateWithWarning`, as the crate writes its enumerations. */
const toPascal = (name: string): string => `${name[0]?.toUpperCase()}${name.slice(1)}`;
const WIRE_STRATEGIES = STRATEGIES.map(toPascal);

const strategy: Codec = {
  toWire: (name, value) => toPascal(asOneOf(name, value, STRATEGIES)),
  fromWire: (name, value) =>
    STRATEGIES[WIRE_STRATEGIES.indexOf(asOneOf(name, value, WIRE_STRATEGIES))],
};

/** The kinds that no table with a wire form uses. */
type Unwired = 'abortSignal' | 'statuses' | 'tag' | 'tags';
/** The kinds of whole objects. Their codecs are beside their tables. */
type ObjectKind = 'command' | 'limits' | 'metadata' | 'pattern' | 'progress' | 'pty' | 'stop';

const CODECS: Readonly<Record<Exclude<Name, Unwired | ObjectKind>, Codec>> = {
  ansi: oneOf(ANSI_MODES),
  boolean: same(asBoolean),
  bytes,
  capture: oneOf(CAPTURE_MODES),
  delay,
  directory: same(asPath),
  environment,
  finite: number,
  id: same(asString),
  key: same(asString),
  keyLimits: same(keyLimits),
  number,
  path: same(asPath),
  secrets,
  signal,
  stdin: same(asStdinMode),
  stopTarget: oneOf(STOP_TARGETS),
  strategy,
  text: same(asString),
  texts: same(asStrings),
  umask: number,
};

interface WireField {
  /** The name on the other side. */
  readonly other: string;
  readonly codec: Codec;
}

/** A table with the names and the codecs of its fields. */
export interface WireTable {
  readonly byApiName: ReadonlyMap<string, WireField>;
  readonly byWireName: ReadonlyMap<string, WireField>;
}

/** `more`: codecs of the kinds of whole objects. */
export function wireTable(
  table: Readonly<Record<string, Kind>>,
  more: Partial<Record<ObjectKind | 'text', Codec>> = {},
): WireTable {
  const codecs = { ...CODECS, ...more } as Readonly<Record<string, Codec>>;
  return codecTable(
    Object.entries(table).map(([field, kind]) => [
      field,
      typeof kind === 'string' ? (codecs[kind] as Codec) : number,
    ]),
  );
}

/** A table of fields that have codecs of their own. */
export function codecTable(
  entries: readonly (readonly [field: string, codec: Codec])[],
): WireTable {
  const byApiName = new Map<string, WireField>();
  const byWireName = new Map<string, WireField>();
  for (const [field, codec] of entries) {
    byApiName.set(field, { other: toSnake(field), codec });
    byWireName.set(toSnake(field), { other: field, codec });
  }
  return { byApiName, byWireName };
}

const LIMITS_TABLE = wireTable(LIMITS);
const STOP_TABLE = wireTable(STOP_STEP);
const PTY_TABLE = wireTable(PTY);

/** The steps, each an object. */
export const stop: Codec = {
  toWire(name, value) {
    if (!Array.isArray(value)) throw wrongType(name, 'an instance of Array', value);
    return Array.from(value, (step, index) => fieldsToWire(`${name}[${index}]`, step, STOP_TABLE));
  },
  fromWire(name, value) {
    if (!Array.isArray(value)) throw wrongType(name, 'an instance of Array', value);
    return value.map((step, index) => fieldsFromWire(`${name}[${index}]`, step, STOP_TABLE));
  },
};

export const pty: Codec = {
  toWire(name, value) {
    if (typeof value === 'boolean') return value;
    if (typeof value !== 'object') throw wrongType(name, 'of type boolean or object', value);
    return fieldsToWire(name, value, PTY_TABLE);
  },
  fromWire: (name, value) =>
    typeof value === 'boolean' ? value : fieldsFromWire(name, value, PTY_TABLE),
};

export const limits: Codec = {
  toWire(name, value) {
    asLimits(name, value);
    return fieldsToWire(name, value, LIMITS_TABLE);
  },
  fromWire: (name, value) => fieldsFromWire(name, value, LIMITS_TABLE),
};

/** Leaves out `undefined`. Unknown fields are refused by name. */
export function fieldsToWire(name: string, value: unknown, { byApiName }: WireTable): Fields {
  const fields = asPlainObject(name, value);
  const wire: Record<string, unknown> = {};
  for (const field of Object.keys(fields)) {
    const known = byApiName.get(field);
    if (known === undefined) throw unknownField(name, field, [...byApiName.keys()]);
    const entry = fields[field];
    if (entry !== undefined)
      setOwn(wire, known.other, known.codec.toWire(`${name}.${field}`, entry));
  }
  return wire;
}

/** Leaves out `null`, which `serde` writes for an absent value. */
export function fieldsFromWire(name: string, value: unknown, { byWireName }: WireTable): Fields {
  const wire = asPlainObject(name, value);
  const fields: Record<string, unknown> = {};
  for (const field of Object.keys(wire)) {
    const known = byWireName.get(field);
    if (known === undefined) throw unknownField(name, field, [...byWireName.keys()], []);
    const entry = wire[field];
    if (entry === undefined || entry === null) continue;
    setOwn(fields, known.other, known.codec.fromWire(`${name}.${field}`, entry));
  }
  return fields;
}
