/** A policy of retries: its check, which failures it retries, and its delays. Pure. */

import type { ExecutionErrorCode } from '../../../types/errors';
import type { RetryCause } from '../../../types/plan';
import type { ExecutionOutcome } from '../../../types/result';
import {
  asArray,
  asBoolean,
  asInteger,
  asNumber,
  asOneOf,
  isRegExp,
  optional,
  outOfRange,
  ownFields,
  wrongType,
  wrongValue,
} from '../../core/index';

const CAUSES: readonly RetryCause[] = ['launch', 'timeout', 'exit', 'signal'];

const FIELDS = [
  'attempts',
  'delayMs',
  'factor',
  'maxDelayMs',
  'jitter',
  'on',
  'exitCodes',
  'output',
] as const;

/** A checked policy. */
export interface CheckedPolicy {
  readonly attempts: number;
  readonly delayMs: number;
  readonly factor: number;
  readonly maxDelayMs: number;
  readonly jitter: boolean;
  readonly on: ReadonlySet<RetryCause>;
  /** `undefined`: all of them. */
  readonly exitCodes: ReadonlySet<number> | undefined;
  readonly output: RegExp | undefined;
}

/** The end of an attempt. */
export interface AttemptEnd {
  /** `undefined`: the request was refused. */
  readonly outcome: ExecutionOutcome | undefined;
  /** The code of the error of a refused request. */
  readonly refusal: ExecutionErrorCode | undefined;
  /** The last part of each stream. Called only for a policy with a pattern. */
  output(): readonly string[];
}

/** For a command that is run once. */
export const ONCE: CheckedPolicy = {
  attempts: 1,
  delayMs: 0,
  factor: 1,
  maxDelayMs: 0,
  jitter: false,
  on: new Set(),
  exitCodes: undefined,
  output: undefined,
};

/** `path`: the name of the policy in messages. */
export function checkedPolicy(path: string, given: unknown): CheckedPolicy {
  if (given === undefined) throw wrongType(path, 'of type object', given);
  const fields = ownFields(path, given, FIELDS);
  const on = optional(asCauses, `${path}.on`, fields.on) ?? new Set<RetryCause>(['launch']);
  for (const field of ['exitCodes', 'output']) {
    if (fields[field] === undefined || on.has('exit')) continue;
    throw wrongValue(`${path}.${field}`, `needs 'exit' in "${path}.on"`);
  }
  return {
    attempts: asInteger(`${path}.attempts`, fields.attempts, 1),
    delayMs: optional(asDelay, `${path}.delayMs`, fields.delayMs) ?? 1000,
    factor: optional(asFactor, `${path}.factor`, fields.factor) ?? 2,
    maxDelayMs: optional(asDelay, `${path}.maxDelayMs`, fields.maxDelayMs) ?? 30_000,
    jitter: optional(asBoolean, `${path}.jitter`, fields.jitter) ?? true,
    on,
    exitCodes: optional(asExitCodes, `${path}.exitCodes`, fields.exitCodes),
    output: optional(asPattern, `${path}.output`, fields.output),
  };
}

/** Whether another attempt follows the attempt `number`, from 1. Never after a cancel. */
export function isRetried(policy: CheckedPolicy, number: number, end: AttemptEnd): boolean {
  if (number >= policy.attempts) return false;
  const cause = causeOf(end);
  if (cause === undefined || !policy.on.has(cause)) return false;
  if (cause !== 'exit') return true;
  const { exitCodes, output } = policy;
  if (exitCodes !== undefined && !exitCodes.has(end.outcome?.exitCode as number)) return false;
  return output === undefined || end.output().some((text) => matches(output, text));
}

/** A sticky pattern remembers the end of its last match. */
function matches(pattern: RegExp, text: string): boolean {
  pattern.lastIndex = 0;
  return pattern.test(text);
}

function causeOf({ outcome, refusal }: AttemptEnd): RetryCause | undefined {
  if (outcome === undefined) return refusal === 'ERR_CONCURRENCY_LIMIT' ? 'launch' : undefined;
  const { status, error } = outcome;
  if (status === 'timeout') return 'timeout';
  if (status !== 'failed') return undefined;
  if (error?.code === 'ERR_SPAWN_FAILED') return 'launch';
  // Not a limit of the output, and not a stream that could not be read.
  if (error?.code !== 'ERR_COMMAND_FAILED') return undefined;
  return outcome.signal === null ? 'exit' : 'signal';
}

/** The delay after the attempt `number`, from 1. `random`: from 0 to 1. */
export function backoffMs(policy: CheckedPolicy, number: number, random: () => number): number {
  const { delayMs, factor, maxDelayMs, jitter } = policy;
  // 0 stays 0: the power can be infinite.
  const grown = delayMs === 0 ? 0 : delayMs * factor ** (number - 1);
  const whole = Math.min(grown, maxDelayMs);
  return Math.round(jitter ? whole * (0.5 + random() / 2) : whole);
}

function asDelay(name: string, value: unknown): number {
  const delay = asNumber(name, value);
  if (delay >= 0 && delay < Number.POSITIVE_INFINITY) return delay;
  throw outOfRange(name, 'a finite number of at least 0', value);
}

function asFactor(name: string, value: unknown): number {
  const factor = asNumber(name, value);
  if (factor >= 1 && factor < Number.POSITIVE_INFINITY) return factor;
  throw outOfRange(name, 'a finite number of at least 1', value);
}

const asCauses = (name: string, value: unknown): ReadonlySet<RetryCause> =>
  new Set(asArray(name, value).map((cause, at) => asOneOf(`${name}[${at}]`, cause, CAUSES)));

const asExitCodes = (name: string, value: unknown): ReadonlySet<number> =>
  new Set(asArray(name, value).map((code, at) => asInteger(`${name}[${at}]`, code, 1)));

/** A copy: the position of the caller's pattern has no effect. With the flag `y` it matches at the start of a text. */
function asPattern(name: string, value: unknown): RegExp {
  if (isRegExp(value)) return new RegExp(value.source, value.flags.replace('g', ''));
  if (typeof value !== 'string') {
    throw wrongType(name, 'of type string or an instance of RegExp', value);
  }
  if (value === '') throw wrongValue(name, 'must not be empty');
  try {
    return new RegExp(value);
  } catch (error) {
    throw wrongValue(name, `must be a regular expression: ${(error as Error).message}`);
  }
}
