/** The options of single methods. */

import type { RunOptions, WaitOptions } from '../../../types/request';
import type { ExecutionFilter, ExecutionStatus } from '../../../types/result';
import { STATUSES } from '../fields/enums';
import { FILTER, RUN_OPTIONS } from '../fields/request';
import { asBoolean, asNumber, asOneOf, optional, outOfRange } from './checks';
import { CheckedTable, fieldValues, ownFields } from './fields';
import { CHECKS } from './kinds';

const RUN_TABLE = new CheckedTable(RUN_OPTIONS, {});
const FILTER_TABLE = new CheckedTable(FILTER, {});

/** Without anything that a prototype could add. */
export const NO_OPTIONS: RunOptions = Object.freeze({ signal: undefined, reject: undefined });

function asMilliseconds(name: string, value: unknown): number {
  const milliseconds = asNumber(name, value);
  if (!(milliseconds >= 0)) throw outOfRange(name, '>= 0', value);
  return milliseconds;
}

export function runOptions(value: unknown): RunOptions {
  if (value === undefined) return NO_OPTIONS;
  const [signal, reject] = fieldValues('options', value, RUN_TABLE);
  return { signal, reject } as RunOptions;
}

export function graceOption(value: unknown): number | undefined {
  const { graceMs } = ownFields('options', value, ['graceMs']);
  return optional(asMilliseconds, 'options.graceMs', graceMs);
}

function asAbortSignal(value: unknown): AbortSignal | undefined {
  return optional(CHECKS.abortSignal, 'options.signal', value) as AbortSignal | undefined;
}

export function waitOptions(value: unknown): WaitOptions & { timeoutMs: number } {
  const { signal, timeoutMs } = ownFields('options', value, ['signal', 'timeoutMs']);
  return {
    signal: asAbortSignal(signal),
    timeoutMs: optional(asMilliseconds, 'options.timeoutMs', timeoutMs) ?? Number.POSITIVE_INFINITY,
  };
}

export function signalOption(value: unknown): AbortSignal | undefined {
  if (value === undefined) return undefined;
  return asAbortSignal(ownFields('options', value, ['signal']).signal);
}

/** Whether files must exist. */
export function filesOption(value: unknown): boolean {
  const { files } = ownFields('options', value, ['files']);
  return optional(asBoolean, 'options.files', files) ?? true;
}

export function encodingOption(value: unknown): 'utf8' | 'buffer' {
  const given = ownFields('options', value, ['encoding']).encoding;
  return given === undefined ? 'utf8' : asOneOf('options.encoding', given, ['utf8', 'buffer']);
}

export interface ResultOptions {
  encoding: 'utf8' | 'buffer';
  redacted: boolean;
}

export function resultOptions(value: unknown): ResultOptions {
  const { encoding, redacted } = ownFields('options', value, ['encoding', 'redacted']);
  return {
    encoding: encodingOption({ encoding }),
    redacted: optional(asBoolean, 'options.redacted', redacted) ?? true,
  };
}

type Filter = Omit<ExecutionFilter, 'status'> & { status?: ExecutionStatus[] | undefined };

/** The values of a filter in the order in which they cross. */
export const filterValues = (value: unknown = {}): unknown[] =>
  fieldValues('filter', value, FILTER_TABLE);

/** A checked copy. */
export function executionFilter(value: unknown): Filter {
  const [status, tag, key, limit] = filterValues(value);
  const statuses = (status as number[] | undefined)?.map((index) => STATUSES[index]);
  return { status: statuses, tag, key, limit } as Filter;
}
