/** Converts plans between the API and the wire. What the runner of a plan or the engine checks is passed on. */

import type { ExecutionPlan, PlanStrategy } from '../../../types/plan';
import type { WirePlan } from '../../../types/wire-plan';
import {
  asArray,
  asBoolean,
  asOneOf,
  asPlainObject,
  asString,
  invalidPlan,
  isRegExp,
  toJson,
  wrongType,
  wrongValue,
} from '../../core/index';
import { type Codec, codecTable, fieldsFromWire, fieldsToWire, number, same } from './fields';
import { reading, toSnake } from './names';
import { metadata, REQUEST_TABLE } from './request';

const text = same(asString);
const boolean = same(asBoolean);
const list = same(asArray);

const TYPES = ['serial', 'parallel', 'dependencyGraph'] as const satisfies PlanStrategy['type'][];

/** `dependency_graph`, as the types of commands. */
const type: Codec = {
  toWire: (name, value) => toSnake(asOneOf(name, value, TYPES)),
  fromWire: (name, value) => TYPES[WIRE_TYPES.indexOf(asOneOf(name, value, WIRE_TYPES))],
};
const WIRE_TYPES = TYPES.map(toSnake);

/** A copy. */
const dependencies: Codec = {
  toWire: (name, value) => JSON.parse(toJson(name, asPlainObject(name, value))),
  fromWire: (_name, value) => value,
};

/** The pattern of a policy. JSON has no flags. */
const pattern: Codec = {
  toWire(name, value) {
    if (typeof value === 'string') return value;
    if (!isRegExp(value)) throw wrongType(name, 'of type string or an instance of RegExp', value);
    // `d` and `g` do not change whether a text matches, and `y` means its start.
    const flags = value.flags.replace(/[dgy]/g, '');
    if (flags === '') return value.sticky ? `^(?:${value.source})` : value.source;
    throw wrongValue(name, `must have no flags over the bridge. Received ${value}`);
  },
  fromWire: (_name, value) => value,
};

const objectOf = (entries: Parameters<typeof codecTable>[0]): Codec => {
  const table = codecTable(entries);
  return {
    toWire: (name, value) => fieldsToWire(name, value, table),
    fromWire: (name, value) => fieldsFromWire(name, value, table),
  };
};

const strategy = objectOf([
  ['type', type],
  ['stopOnError', boolean],
  ['maxConcurrency', number],
  ['dependencies', dependencies],
]);

const retry = objectOf([
  ['attempts', number],
  ['delayMs', number],
  ['factor', number],
  ['maxDelayMs', number],
  ['jitter', boolean],
  ['on', list],
  ['exitCodes', list],
  ['output', pattern],
]);

const OPTIONS = codecTable([
  ['name', text],
  ['retry', retry],
]);
const COMMAND = {
  byApiName: new Map([...REQUEST_TABLE.byApiName, ...OPTIONS.byApiName]),
  byWireName: new Map([...REQUEST_TABLE.byWireName, ...OPTIONS.byWireName]),
};

const commands: Codec = {
  toWire: (name, value) =>
    Array.from(asArray(name, value), (command, index) =>
      fieldsToWire(`${name}[${index}]`, command, COMMAND),
    ),
  fromWire: (name, value) =>
    asArray(name, value).map((command, index) =>
      fieldsFromWire(`${name}[${index}]`, command, COMMAND),
    ),
};

const PLAN = codecTable([
  ['id', text],
  ['description', text],
  ['strategy', strategy],
  ['commands', commands],
  ['metadata', metadata],
]);

/**
 * A plan as the wire has it.
 * @throws `ERR_VALIDATION` with the reason `INVALID_PLAN` for a field that is unknown or of the wrong type
 */
export function planToWire(plan: ExecutionPlan): WirePlan {
  return asPlan(() => fieldsToWire('plan', plan, PLAN)) as unknown as WirePlan;
}

/**
 * A plan from the wire.
 * @throws `ERR_VALIDATION` with the reason `INVALID_PLAN` for a field that is unknown or cannot be read
 */
export function planFromWire(wire: WirePlan): ExecutionPlan {
  const read = () => reading(() => asPlan(() => fieldsFromWire('plan', wire, PLAN)));
  return read() as unknown as ExecutionPlan;
}

function asPlan<T>(convert: () => T): T {
  try {
    return convert();
  } catch (error) {
    throw invalidPlan(error);
  }
}
