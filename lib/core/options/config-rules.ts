/** What each kind of field of the configuration allows, and its public and native forms. */

import type * as path from 'node:path';
import type * as url from 'node:url';
import type { ProcessLimits } from '../../../types/request';
import type { CONFIG } from '../fields/config';
import { ANSI_MODES, STRATEGIES } from '../fields/enums';
import type { Kind, Range } from '../fields/kinds';
import { hiddenList, revealed } from '../util/hidden-list';
import { signalName, signalNumber, similarSignal } from '../util/signals';
import { similarValue } from '../util/similar';
import { isUrl, listOf } from './checks';
import { asKeyLimits, keyLimitValues } from './key-limits';
import {
  isInRange,
  isSecrets,
  isUmask,
  rangeText,
  SECRETS,
  secretsFault,
  UMASK_RANGE,
} from './kinds';
import { asLimits, limitValues } from './limits';
import { asStop, stopValues } from './stop';

export interface Rule {
  /** Ends the sentence "it must be …". */
  readonly allowed: string;
  readonly holds: (value: unknown) => boolean;
  /** What is wrong with a part of a value that is not allowed; `undefined` if it is the value as a whole. */
  readonly partFault?: (value: unknown) => string | undefined;
  /** No message shows the value. */
  readonly isSecret?: boolean;
  /** What was probably meant by a value that is not allowed: `; did you mean …?`. */
  readonly hint?: (value: unknown) => string;
  /** The effective form of a value that was given. */
  readonly effective?: (value: unknown) => unknown;
  /** From the effective form to the one that crosses into the engine, and back. */
  readonly toNative?: (value: unknown) => unknown;
  readonly fromNative?: (value: unknown) => unknown;
}

/** A rule of an object, by the check that requests use. */
function checkedBy(
  field: string,
  check: (name: string, value: unknown) => unknown,
): Pick<Rule, 'holds' | 'partFault'> {
  const fault = (value: unknown): string | undefined => {
    try {
      check(field, value);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };
  return {
    holds: (value) => fault(value) === undefined,
    partFault: (value) => (typeof value === 'object' && value !== null ? fault(value) : undefined),
  };
}

function range(kind: Range): Rule {
  const rule: Rule = {
    allowed: rangeText(kind),
    holds: (value) => typeof value === 'number' && isInRange(value, kind),
  };
  const { scale } = kind;
  if (scale === undefined) return rule;
  return {
    ...rule,
    toNative: (value) => (value as number) * scale,
    fromNative: (value) => (value as number) / scale,
  };
}

const oneOf = (names: readonly string[]): Rule => ({
  allowed: `one of ${listOf(names)}`,
  holds: (value) => names.includes(value as string),
  hint: (value) => {
    const meant = typeof value === 'string' ? similarValue(value, names) : undefined;
    return meant === undefined ? '' : `; did you mean "${meant}"?`;
  },
  toNative: (value) => names.indexOf(value as string),
  fromNative: (index) => names[index as number],
});

/** The path of a `file:` URL; `undefined` for a value that is not one, or names no path here. */
function pathOf(value: unknown): string | undefined {
  if (!isUrl(value) || value.protocol !== 'file:') return undefined;
  try {
    return (require('node:url') as typeof url).fileURLToPath(value);
  } catch {
    return undefined;
  }
}

const isDelay = (value: unknown): boolean =>
  typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;

type ConfigKind = Extract<(typeof CONFIG)[keyof typeof CONFIG], string>;

const RULES: Readonly<Record<ConfigKind, Rule>> = {
  ansi: oneOf(ANSI_MODES),
  boolean: { allowed: 'true or false', holds: (value) => typeof value === 'boolean' },
  delay: {
    allowed: 'a number of at least 0, or false',
    holds: (value) => value === false || isDelay(value),
    toNative: (value) => (value === false ? Number.POSITIVE_INFINITY : value),
  },
  directory: {
    allowed: 'a path (not empty, without NUL bytes) or a file: URL',
    holds: (value) =>
      typeof value === 'string'
        ? value !== '' && !value.includes('\0')
        : pathOf(value) !== undefined,
    effective: (value) => {
      const { resolve } = require('node:path') as typeof path;
      return resolve(typeof value === 'string' ? value : (pathOf(value) as string));
    },
  },
  keyLimits: {
    allowed:
      'an object whose values are integers of at least 1, and whose keys have 1 to 256 characters',
    ...checkedBy('keyLimits', keyLimitValues),
    effective: (value) => asKeyLimits('keyLimits', value),
    toNative: (value) => keyLimitValues('keyLimits', value),
  },
  limits: {
    allowed: 'an object of limits, see ProcessLimits',
    ...checkedBy('limits', asLimits),
    effective: (value) => Object.freeze(asLimits('limits', value)),
    toNative: (value) => limitValues('limits', value as ProcessLimits),
  },
  secrets: {
    allowed: SECRETS,
    holds: isSecrets,
    isSecret: true,
    partFault: (value) =>
      Array.isArray(value) ? secretsFault('redact', value)?.message : undefined,
    effective: (value) => hiddenList(value as string[]),
    toNative: (value) => revealed(value as string[]),
  },
  signal: {
    allowed: 'the name or number of a signal of this platform',
    holds: (value) =>
      (typeof value === 'string' || typeof value === 'number') && signalNumber(value) !== undefined,
    effective: (value) => (typeof value === 'string' ? value.toUpperCase() : value),
    toNative: (value) => signalNumber(value as string | number),
    fromNative: (value) => signalName(value as number),
    hint: (value) => {
      const meant = similarSignal(value);
      return meant === undefined ? '' : `; did you mean "${meant}"?`;
    },
  },
  stop: {
    allowed: 'an array of steps, see StopStep',
    ...checkedBy('stop', stopValues),
    effective: (value) => asStop('stop', value),
    toNative: (value) => stopValues('stop', value),
  },
  strategy: oneOf(STRATEGIES),
  umask: { allowed: UMASK_RANGE, holds: isUmask },
};

export const ruleOf = (kind: Kind): Rule =>
  typeof kind === 'string' ? RULES[kind as ConfigKind] : range(kind);
