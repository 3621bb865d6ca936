/** Converts single values of results from the form in which they cross to their public form. */

import type { ExecutionErrorInfo } from '../../../types/errors';
import type { NativeError } from '../../../types/native';
import type { ExecutionMetadata } from '../../../types/request';
import { errorInfo } from '../errors';
import { REASONS, STATUSES } from '../fields/enums';
import { signalName } from '../util/signals';

/** Typed as a terminal status, for results. Only the engine knows whether it is one. */
export const status = (index: unknown) =>
  STATUSES[index as number] as 'completed' | 'failed' | 'timeout' | 'cancelled';

export const reason = (index: unknown) => REASONS[index as number] as (typeof REASONS)[number];

export const signal = (number: unknown): string | null =>
  number === null ? null : signalName(number as number);

/** Arrays of this realm: the addon makes those of the realm that has loaded it. */
export const signals = (given: unknown): string[] => Array.from(given as number[], signalName);

export const numbers = (given: unknown): number[] => Array.from(given as number[]);

export const time = (milliseconds: unknown): number => milliseconds as number;

/** Empty text crosses as `null`. */
export const text = (given: unknown): string => (given ?? '') as string;

export const error = (given: unknown): ExecutionErrorInfo | null =>
  given === null ? null : errorInfo(given as NativeError);

export function metadata(json: unknown): ExecutionMetadata {
  if (json === null || json === undefined) return {};
  try {
    return JSON.parse(json as string) as ExecutionMetadata;
  } catch {
    // A secret outside a string, in a number for example, was redacted: the rest is not JSON.
    return {};
  }
}
