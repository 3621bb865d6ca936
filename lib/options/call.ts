/** The small options of single methods. */

import type { RunOptions, WaitOptions } from '../../types/request';
import type { ExecutionFilter, ExecutionStatus } from '../../types/result';
import {
  asBoolean,
  asNumber,
  asObject,
  asOneOf,
  asString,
  optional,
  outOfRange,
  wrongType,
} from './checks';
import { refuseUnknown } from './names';

const STATUSES: readonly ExecutionStatus[] = [
  'pending',
  'running',
  'completed',
  'failed',
  'timeout',
  'cancelled',
];

type Fields = Readonly<Record<string, unknown>>;

/** The fields of an optional object, none of them unknown. */
function fieldsOf(name: string, value: unknown, known: readonly string[]): Fields {
  if (value === undefined) return {};
  const fields = asObject(name, value);
  refuseUnknown(name, fields, known);
  return fields;
}

function asMilliseconds(name: string, value: unknown): number {
  const milliseconds = asNumber(name, value);
  if (!(milliseconds >= 0)) throw outOfRange(name, '>= 0', value);
  return milliseconds;
}

function asAbortSignal(name: string, value: unknown): AbortSignal {
  const signal = value as Partial<AbortSignal> | null;
  if (typeof signal?.aborted !== 'boolean' || typeof signal.addEventListener !== 'function') {
    throw wrongType(name, 'an instance of AbortSignal', value);
  }
  return value as AbortSignal;
}

export function runOptions(value: unknown): RunOptions {
  const fields = fieldsOf('options', value, ['signal', 'reject']);
  return {
    signal: optional(asAbortSignal, 'options.signal', fields.signal),
    reject: optional(asBoolean, 'options.reject', fields.reject),
  };
}

export function graceOption(value: unknown): number | undefined {
  const fields = fieldsOf('options', value, ['graceMs']);
  return optional(asMilliseconds, 'options.graceMs', fields.graceMs);
}

export function waitOptions(value: unknown): WaitOptions & { timeoutMs: number } {
  const fields = fieldsOf('options', value, ['signal', 'timeoutMs']);
  return {
    signal: optional(asAbortSignal, 'options.signal', fields.signal),
    timeoutMs:
      optional(asMilliseconds, 'options.timeoutMs', fields.timeoutMs) ?? Number.POSITIVE_INFINITY,
  };
}

export function signalOption(value: unknown): AbortSignal | undefined {
  const fields = fieldsOf('options', value, ['signal']);
  return optional(asAbortSignal, 'options.signal', fields.signal);
}

export function encoding(value: unknown): 'utf8' | 'buffer' {
  const fields = fieldsOf('options', value, ['encoding']);
  const given = optional(
    (name, entry) => asOneOf(name, entry, ['utf8', 'buffer'] as const),
    'options.encoding',
    fields.encoding,
  );
  return given ?? 'utf8';
}

export function executionFilter(
  value: unknown,
): Omit<ExecutionFilter, 'status'> & { status?: ExecutionStatus[] | undefined } {
  const fields = fieldsOf('filter', value, ['status', 'tag', 'limit']);
  const status = (name: string, entry: unknown): ExecutionStatus => asOneOf(name, entry, STATUSES);
  const statuses = (name: string, entry: unknown): ExecutionStatus[] =>
    Array.isArray(entry)
      ? entry.map((one, index) => status(`${name}[${index}]`, one))
      : [status(name, entry)];
  const limit = optional(asNumber, 'filter.limit', fields.limit);
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 0)) {
    throw outOfRange('filter.limit', 'an integer >= 0', limit);
  }
  return {
    status: optional(statuses, 'filter.status', fields.status),
    tag: optional(asString, 'filter.tag', fields.tag),
    limit,
  };
}
