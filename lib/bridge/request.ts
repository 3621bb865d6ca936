/** Requests, from the API to the wire and back. */

import { types } from 'node:util';
import type {
  Command,
  ExecutionMetadata,
  ExecutionRequest,
  ProgressPattern,
} from '../../types/request';
import type { WireMetadata, WireRequest } from '../../types/wire';
import { ExecutionError } from '../index';
import { asObject, asString, shortened, wrongType, wrongValue } from '../options/checks';
import {
  type Codec,
  type Codecs,
  data,
  delay,
  environment,
  fieldsFromWire,
  fieldsToWire,
  flag,
  limits,
  number,
  oneOf,
  path,
  secrets,
  signal,
  strategy,
  strings,
  text,
} from './fields';
import { reading, toSnake } from './names';
import { metadataFromWire, metadataToWire } from './values';

const COMMANDS: Readonly<Record<Command['type'], Codecs>> = {
  shell: { command: text, shell: text },
  exec: { program: text, args: strings },
  script: { path, interpreter: text, args: strings },
  awsCli: { service: text, operation: text, args: strings, profile: text, region: text },
};
const TYPES = Object.keys(COMMANDS) as Command['type'][];

function unknownType(name: string, types: readonly string[], got: string): ExecutionError {
  const list = types.map((type) => `'${type}'`).join(', ');
  return new ExecutionError(
    'ERR_VALIDATION',
    `Validation error: "${name}.type" must be one of ${list}, got '${shortened(got)}'`,
    { reason: 'INVALID_COMMAND' },
  );
}

const command: Codec = {
  toWire(name, value) {
    const given = asObject(name, value).type;
    // One without a type is for the engine to refuse.
    if (given === undefined) return {};
    const type = asString(`${name}.type`, given);
    if (!TYPES.includes(type as Command['type'])) throw unknownType(name, TYPES, type);
    return fieldsToWire(name, value, { type: typeCodec, ...COMMANDS[type as Command['type']] });
  },
  fromWire(name, value) {
    const given = asObject(name, value).type;
    if (given === undefined || given === null) return {};
    const wire = asString(`${name}.type`, given);
    const type = TYPES.find((known) => toSnake(known) === wire);
    if (type === undefined) throw unknownType(name, TYPES.map(toSnake), wire);
    return { ...fieldsFromWire(name, value, { type: text, ...COMMANDS[type] }), type };
  },
};

const typeCodec: Codec = {
  toWire: (_name, value) => toSnake(value as string),
  fromWire: (_name, value) => value,
};

const metadata: Codec = {
  toWire: (name, value) => metadataToWire(asJson(name, asObject(name, value))),
  fromWire: (name, value) => metadataFromWire(asObject(name, value) as WireMetadata),
};

/** The source of a regular expression, of whatever realm, and its flags, in place of it. */
const pattern: Codec = {
  toWire(name, value) {
    if (typeof value === 'string') return value;
    if (types.isRegExp(value)) return value.source;
    throw wrongType(name, 'of type string or an instance of RegExp', value);
  },
  fromWire: (_name, value) => value,
};
const PATTERN: Codecs = { pattern, flags: text };

const progress: Codec = {
  toWire(name, value) {
    if (typeof value === 'boolean') return value;
    if (typeof value !== 'object') throw wrongType(name, 'of type boolean or object', value);
    const wire = fieldsToWire(name, value, PATTERN);
    const { pattern } = value as ProgressPattern;
    if (!types.isRegExp(pattern)) return wire;
    if (wire.flags === undefined) return { ...wire, flags: pattern.flags };
    throw wrongValue(`${name}.flags`, 'is for a pattern that is a string');
  },
  fromWire: (name, value) =>
    typeof value === 'boolean' ? value : fieldsFromWire(name, value, PATTERN),
};

/** A copy, so that what the caller changes later is not seen, and a clear word where there is none. */
function asJson(name: string, value: object): ExecutionMetadata {
  let cause: unknown;
  try {
    const text = JSON.stringify(value) as string | undefined;
    if (text?.startsWith('{')) return JSON.parse(text) as ExecutionMetadata;
  } catch (error) {
    cause = error;
  }
  const why = cause instanceof Error ? (cause.message.split('\n')[0] as string) : 'no JSON object';
  const message = `Serialization error: "${name}": ${why}`;
  throw new ExecutionError('ERR_SERIALIZATION', message, { cause });
}

export const REQUEST = {
  id: text,
  command,
  env: environment,
  extendEnv: flag,
  workingDir: path,
  timeoutMs: number,
  idleTimeoutMs: number,
  outputLogPath: path,
  input: data,
  stdin: oneOf('pipe', 'ignore'),
  killSignal: signal,
  forceKillAfterDelayMs: delay,
  maxOutputSizeBytes: number,
  oversizedOutputStrategy: strategy,
  mergeStderr: flag,
  priority: number,
  redact: secrets,
  limits,
  umask: number,
  metadata,
  progress,
} satisfies Record<keyof ExecutionRequest, Codec>;

/**
 * A request in the crate's JSON.
 * @throws a `TypeError` for a field that is unknown or of the wrong type, `ERR_SERIALIZATION` for
 * metadata that is no JSON
 */
export function requestToWire(request: ExecutionRequest): WireRequest {
  return fieldsToWire('request', request, REQUEST) as unknown as WireRequest;
}

/**
 * A request out of the crate's JSON. What only the engine can judge goes through as it is.
 * @throws a `TypeError` for a field that is unknown, or cannot be read
 */
export function requestFromWire(wire: WireRequest): ExecutionRequest {
  return reading(() => fieldsFromWire('request', wire, REQUEST)) as unknown as ExecutionRequest;
}
