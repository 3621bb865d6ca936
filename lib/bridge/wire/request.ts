/** Converts requests between the API and the wire. */

import { types } from 'node:util';
import type { Command, ExecutionMetadata, ExecutionRequest } from '../../../types/request';
import type { WireMetadata, WireRequest } from '../../../types/wire';
import {
  asPlainObject,
  asString,
  COMMANDS,
  PROGRESS,
  REQUEST,
  toJson,
  unknownCommandType,
  wrongType,
  wrongValue,
} from '../../core/index';
import {
  type Codec,
  fieldsFromWire,
  fieldsToWire,
  limits,
  pty,
  stop,
  type WireTable,
  wireTable,
} from './fields';
import { reading, toSnake } from './names';
import { metadataFromWire, metadataToWire } from './values';

type Type = Command['type'];

const TYPES = Object.keys(COMMANDS) as Type[];
const COMMAND_TABLES = new Map<string, WireTable>(
  Object.entries(COMMANDS).map(([type, { required, optional }]) => [
    type,
    wireTable({ type: 'text', ...required, ...optional }),
  ]),
);
const PROGRESS_TABLE = wireTable(PROGRESS, {
  /** The source of a regular expression of any realm. */
  pattern: {
    toWire(name, value) {
      if (typeof value === 'string') return value;
      if (types.isRegExp(value)) return value.source;
      throw wrongType(name, 'of type string or an instance of RegExp', value);
    },
    fromWire: (_name, value) => value,
  },
});

/** The own `type` of a command; `undefined` if it has none, which the engine refuses. */
function typeOf(name: string, value: unknown): string | undefined {
  const command = asPlainObject(name, value);
  const type = Object.hasOwn(command, 'type') ? command.type : undefined;
  return type === undefined || type === null ? undefined : asString(`${name}.type`, type);
}

const command: Codec = {
  toWire(name, value) {
    const type = typeOf(name, value);
    if (type === undefined) return {};
    const table = COMMAND_TABLES.get(type);
    if (table === undefined) throw unknownCommandType(name, TYPES, type);
    return { ...fieldsToWire(name, value, table), type: toSnake(type) };
  },
  fromWire(name, value) {
    const wire = typeOf(name, value);
    if (wire === undefined) return {};
    const type = TYPES.find((known) => toSnake(known) === wire);
    if (type === undefined) throw unknownCommandType(name, TYPES.map(toSnake), wire);
    return { ...fieldsFromWire(name, value, COMMAND_TABLES.get(type) as WireTable), type };
  },
};

/** A copy: later changes by the caller have no effect. */
export const metadata: Codec = {
  toWire: (name, value) =>
    metadataToWire(JSON.parse(toJson(name, asPlainObject(name, value))) as ExecutionMetadata),
  fromWire: (name, value) => metadataFromWire(asPlainObject(name, value) as WireMetadata),
};

const progress: Codec = {
  toWire(name, value) {
    if (typeof value === 'boolean') return value;
    if (typeof value !== 'object') throw wrongType(name, 'of type boolean or object', value);
    const wire = fieldsToWire(name, value, PROGRESS_TABLE);
    const { pattern } = value as { pattern: unknown };
    if (!types.isRegExp(pattern)) return wire;
    if (wire.flags === undefined) return { ...wire, flags: pattern.flags };
    throw wrongValue(`${name}.flags`, 'is for a pattern that is a string');
  },
  fromWire: (name, value) =>
    typeof value === 'boolean' ? value : fieldsFromWire(name, value, PROGRESS_TABLE),
};

export const REQUEST_TABLE = wireTable(REQUEST, {
  command,
  limits,
  metadata,
  progress,
  pty,
  stop,
});

/**
 * A request in the JSON of the crate.
 * @throws a `TypeError` for a field that is unknown or of the wrong type, `ERR_SERIALIZATION` for
 * metadata that is not JSON
 */
export function requestToWire(request: ExecutionRequest): WireRequest {
  return fieldsToWire('request', request, REQUEST_TABLE) as unknown as WireRequest;
}

/**
 * A request from the JSON of the crate. Values that only the engine can check are passed on.
 * @throws a `TypeError` for a field that is unknown or cannot be read
 */
export function requestFromWire(wire: WireRequest): ExecutionRequest {
  return reading(() =>
    fieldsFromWire('request', wire, REQUEST_TABLE),
  ) as unknown as ExecutionRequest;
}
