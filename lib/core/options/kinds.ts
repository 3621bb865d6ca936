/** The check of each kind of field: the form that the engine takes, or an error like those of Node. */

import {
  ANSI_MODES,
  CAPTURE_MODES,
  STATUSES,
  STDIN_MODES,
  STOP_TARGETS,
  STRATEGIES,
} from '../fields/enums';
import type { Kind, Name, Range } from '../fields/kinds';
import { revealed } from '../util/hidden-list';
import { signalNumber, similarSignal } from '../util/signals';
import {
  asBoolean,
  asData,
  asId,
  asNumber,
  asOneOf,
  asPath,
  asPlainObject,
  asString,
  asStrings,
  isRegExp,
  outOfRange,
  shortened,
  unknownSignal,
  wrongSecretType,
  wrongType,
  wrongValue,
} from './checks';

export type Check = (name: string, value: unknown) => unknown;

export const UMASK_RANGE = 'an integer from 0 to 0o777 (511)';

export const isUmask = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0o777;

/** The secrets to redact. */
export const SECRETS = 'an array of strings';

export function isSecrets(value: unknown): value is readonly string[] {
  // Holes are entries too.
  return Array.isArray(value) && Array.from(value).every((secret) => typeof secret === 'string');
}

/** What is wrong with a list of secrets, which the error does not show. */
export function secretsFault(name: string, value: unknown): TypeError | undefined {
  if (!Array.isArray(value)) return wrongSecretType(name, SECRETS, value);
  const at = Array.from(value as unknown[]).findIndex((secret) => typeof secret !== 'string');
  return at < 0 ? undefined : wrongSecretType(`${name}[${at}]`, 'of type string', value[at]);
}

/** Ends the sentence "It must be …". */
export function rangeText({ type, least, most, isOpen, allowsInfinity }: Range): string {
  const unit = type === 'integer' ? 'an integer' : 'a number';
  const infinity = allowsInfinity ? ' (Infinity allowed)' : '';
  if (isOpen) return `${unit} greater than ${least}${infinity}`;
  return most === Number.MAX_SAFE_INTEGER
    ? `${unit} of at least ${least}${infinity}`
    : `${unit} from ${least} to ${most}`;
}

export function isInRange(value: number, range: Range): boolean {
  const { type, least, most, isOpen, allowsInfinity } = range;
  if (value === Number.POSITIVE_INFINITY) return allowsInfinity === true;
  if (type === 'integer' && !Number.isInteger(value)) return false;
  return (isOpen ? value > least : value >= least) && value <= most;
}

const inRange =
  (range: Range): Check =>
  (name, value) => {
    const number = asNumber(name, value);
    if (isInRange(number, range)) return number;
    throw outOfRange(name, rangeText(range), value);
  };

/** The index of a name. */
const indexIn =
  (names: readonly string[], allowed = names): Check =>
  (name, value) =>
    names.indexOf(asOneOf(name, value, allowed));

/** Also one of a polyfill or of another realm: what is needed of it, and no more. */
function asAbortSignal(name: string, value: unknown): AbortSignal {
  const signal = value as Partial<AbortSignal> | null;
  const isSignal =
    typeof signal?.aborted === 'boolean' &&
    typeof signal.addEventListener === 'function' &&
    typeof signal.removeEventListener === 'function';
  if (!isSignal) {
    throw wrongType(name, 'an instance of AbortSignal', value);
  }
  return value as AbortSignal;
}

function asDelay(name: string, value: unknown): number {
  if (value === false) return Number.POSITIVE_INFINITY;
  if (typeof value !== 'number') throw wrongType(name, 'of type number or false', value);
  if (!(value >= 0)) throw outOfRange(name, '>= 0', value);
  return value;
}

function asFinite(name: string, value: unknown): number {
  const number = asNumber(name, value);
  if (!Number.isFinite(number)) throw outOfRange(name, 'a finite number', value);
  return number;
}

function asPattern(name: string, value: unknown): unknown {
  if (typeof value !== 'string' && !isRegExp(value)) {
    throw wrongType(name, 'of type string or an instance of RegExp', value);
  }
  if (value === '') throw wrongValue(name, 'must not be empty');
  return value;
}

const LONGEST_TEXT = 256;

/** Executions of one key share a limit. */
export function asKey(name: string, value: unknown): string {
  return asShortText(name, value);
}

/** A name that messages and pages show. */
export function asShortText(name: string, value: unknown): string {
  if (typeof value !== 'string') throw wrongType(name, 'of type string', value);
  const { length } = value;
  if (length >= 1 && length <= LONGEST_TEXT) return value;
  const size = length === 0 ? '' : ` (${length} characters)`;
  const rule = `must have 1 to ${LONGEST_TEXT} characters`;
  throw wrongValue(name, `${rule}. Received '${shortened(value)}'${size}`);
}

/** Never shows the value. The engine checks the lengths. */
function asSecrets(name: string, value: unknown): readonly string[] {
  const fault = secretsFault(name, value);
  if (fault !== undefined) throw fault;
  return [...revealed(value as readonly string[])];
}

/** Signals that can be sent: a name or a number of this platform. */
export function asSignal(name: string, value: unknown): number {
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw wrongType(name, 'of type string or number', value);
  }
  const number = signalNumber(value);
  if (number === undefined) throw unknownSignal(name, value, similarSignal(value));
  return number;
}

/** As {@link asSignal}, and 0, which sends nothing and reports whether there is a process. */
export function asAnySignal(name: string, value: unknown): number {
  return value === 0 ? 0 : asSignal(name, value);
}

/** Never shows the value: it may be what was meant as `input`. */
export function asStdinMode(name: string, value: unknown): 'pipe' | 'ignore' {
  if (value === 'pipe' || value === 'ignore') return value;
  throw wrongValue(name, "must be one of: 'pipe', 'ignore'. Text for the command is 'input'");
}

function asStatuses(name: string, value: unknown): unknown[] {
  const index = indexIn(STATUSES);
  if (!Array.isArray(value)) return [index(name, value)];
  if (value.length === 0) throw wrongValue(name, 'must not be an empty array');
  return value.map((status, at) => index(`${name}[${at}]`, status));
}

/** Of a filter: one tag, `key` or `key=value`. */
function asTag(name: string, value: unknown): string {
  const tag = asString(name, value);
  if (tag === '') throw wrongValue(name, 'must not be empty');
  return tag;
}

/** `key` and `key=value` of each tag. */
function asTags(name: string, value: unknown): string[] {
  const tags = asPlainObject(name, value);
  return Object.keys(tags).flatMap((key) => [
    key,
    `${key}=${asString(`${name}.${key}`, tags[key])}`,
  ]);
}

function asUmask(name: string, value: unknown): number {
  const mask = asNumber(name, value);
  if (!isUmask(mask)) throw outOfRange(name, UMASK_RANGE, value);
  return mask;
}

/** The kinds of single values; those of whole objects are beside the tables of the objects. */
export type SingleKind = Exclude<
  Name,
  | 'command'
  | 'directory'
  | 'environment'
  | 'keyLimits'
  | 'limits'
  | 'metadata'
  | 'progress'
  | 'pty'
  | 'stop'
>;

export const CHECKS: Readonly<Record<SingleKind, Check>> = {
  abortSignal: asAbortSignal,
  ansi: indexIn(ANSI_MODES),
  boolean: asBoolean,
  bytes: asData,
  capture: indexIn(CAPTURE_MODES),
  delay: asDelay,
  finite: asFinite,
  id: asId,
  key: asKey,
  number: asNumber,
  path: asPath,
  pattern: asPattern,
  secrets: asSecrets,
  signal: asSignal,
  statuses: asStatuses,
  stdin: (name, value) => STDIN_MODES.indexOf(asStdinMode(name, value)),
  stopTarget: indexIn(STOP_TARGETS),
  strategy: indexIn(STRATEGIES),
  tag: asTag,
  tags: asTags,
  text: asString,
  texts: asStrings,
  umask: asUmask,
};

/** `more`: the checks of the kinds of whole objects. */
export function checkOf(kind: Kind, more: Readonly<Record<string, Check>>): Check {
  if (typeof kind !== 'string') return inRange(kind);
  return Object.hasOwn(CHECKS, kind) ? CHECKS[kind as SingleKind] : (more[kind] as Check);
}
