/** What a child may use at most, as configurations and requests say it. */

import type { NativeLimits } from '../../types/native';
import type { ProcessLimits } from '../../types/request';
import { asNumber, asObject, outOfRange } from './checks';
import { refuseUnknown } from './names';

/** The least and the most of each, in the order in which they cross. */
const RANGES = {
  cpuSeconds: [1, Number.MAX_SAFE_INTEGER],
  addressSpaceBytes: [1, Number.MAX_SAFE_INTEGER],
  fileSizeBytes: [0, Number.MAX_SAFE_INTEGER],
  openFiles: [3, Number.MAX_SAFE_INTEGER],
  processes: [1, Number.MAX_SAFE_INTEGER],
  coreBytes: [0, Number.MAX_SAFE_INTEGER],
  nice: [-20, 19],
  memoryMax: [1, Number.MAX_SAFE_INTEGER],
  pidsMax: [1, Number.MAX_SAFE_INTEGER],
} as const satisfies Record<keyof ProcessLimits, readonly [number, number]>;

const NAMES = Object.keys(RANGES) as (keyof ProcessLimits)[];

export const UMASK_RANGE = 'an integer from 0 to 0o777 (511)';

export function isUmask(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0o777;
}

export function asUmask(name: string, value: unknown): number {
  const mask = asNumber(name, value);
  if (!isUmask(mask)) throw outOfRange(name, UMASK_RANGE, value);
  return mask;
}

/** A checked copy. */
export function asLimits(name: string, value: unknown): ProcessLimits {
  const given = asObject(name, value);
  refuseUnknown(name, given, NAMES);
  const limits: ProcessLimits = {};
  for (const field of NAMES) {
    if (given[field] === undefined) continue;
    limits[field] = asLimit(`${name}.${field}`, given[field], RANGES[field]);
  }
  return limits;
}

function asLimit(name: string, value: unknown, [least, most]: readonly [number, number]): number {
  const limit = asNumber(name, value);
  if (Number.isSafeInteger(limit) && limit >= least && limit <= most) return limit;
  const range =
    most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw outOfRange(name, `an integer ${range}`, value);
}

export function limitFields(limits: ProcessLimits | undefined): NativeLimits | undefined {
  if (limits === undefined) return undefined;
  return NAMES.map((name) => limits[name]);
}
