/** What each field of the configuration may be, as data. */

import type * as buffer from 'node:buffer';
import type * as path from 'node:path';
import type * as url from 'node:url';
import type { ExecutionConfig, OversizedOutputStrategy } from '../../types/config';
import { signalNumber } from '../signals';
import { isUrl } from './checks';
import { asLimits, isUmask, UMASK_RANGE } from './limits';

interface Rule {
  /** Ends the sentence "it must be …". */
  allowed: string;
  holds: (value: unknown) => boolean;
  /** The value is never shown. */
  isSecret?: boolean;
  /** Gives the value its effective form. */
  normal?: (value: unknown) => unknown;
}

/** The strategies, for requests too. */
export const STRATEGIES: readonly OversizedOutputStrategy[] = [
  'truncateWithWarning',
  'failExecution',
  'streamToFile',
];

/** What secrets to redact may be, for requests too. */
export const SECRETS = 'an array of strings';

export function isSecrets(value: unknown): value is readonly string[] {
  // Holes are entries too.
  return Array.isArray(value) && Array.from(value).every((secret) => typeof secret === 'string');
}

function isLimits(value: unknown): boolean {
  try {
    asLimits('limits', value);
    return true;
  } catch {
    return false;
  }
}

/** Numbers above this are inexact, and no honest amount of anything. */
const MAX = Number.MAX_SAFE_INTEGER;

function withInfinity(rule: Rule): Rule {
  return {
    allowed: `${rule.allowed} (Infinity allowed)`,
    holds: (value) => value === Number.POSITIVE_INFINITY || rule.holds(value),
  };
}

function integer(least: number, most = MAX): Rule {
  return {
    allowed: `an integer ${most === MAX ? `of at least ${least}` : `from ${least} to ${most}`}`,
    holds: (value) =>
      Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
  };
}

const positive: Rule = {
  allowed: 'a number greater than 0',
  holds: (value) => typeof value === 'number' && value > 0 && value <= MAX,
};

const atLeastZero: Rule = {
  allowed: 'a number of at least 0',
  holds: (value) => typeof value === 'number' && value >= 0 && value <= MAX,
};

const flag: Rule = {
  allowed: 'true or false',
  holds: (value) => typeof value === 'boolean',
};

/** Of a `file:` URL; `undefined` for what is none, or names no path here. */
function pathOf(value: unknown): string | undefined {
  if (!isUrl(value) || value.protocol !== 'file:') return undefined;
  try {
    return (require('node:url') as typeof url).fileURLToPath(value);
  } catch {
    return undefined;
  }
}

const directory: Rule = {
  allowed: 'a path (not empty, without NUL bytes) or a file: URL',
  holds: (value) =>
    typeof value === 'string' ? value !== '' && !value.includes('\0') : pathOf(value) !== undefined,
  normal: (value) => {
    const { resolve } = require('node:path') as typeof path;
    return resolve(typeof value === 'string' ? value : (pathOf(value) as string));
  },
};

const strategy: Rule = {
  allowed: `one of ${STRATEGIES.map((name) => `'${name}'`).join(', ')}`,
  holds: (value) => STRATEGIES.includes(value as OversizedOutputStrategy),
};

const signal: Rule = {
  allowed: 'the name or number of a signal of this platform',
  holds: (value) =>
    (typeof value === 'string' || typeof value === 'number') && signalNumber(value) !== undefined,
  normal: (value) => (typeof value === 'string' ? value.toUpperCase() : value),
};

const delayOrFalse: Rule = {
  allowed: `${atLeastZero.allowed}, or false`,
  holds: (value) => value === false || atLeastZero.holds(value),
};

export const CONFIG_RULES: Readonly<Record<keyof ExecutionConfig, Rule>> = {
  defaultTimeoutMs: withInfinity(positive),
  maxTimeoutMs: withInfinity(positive),
  streamOutput: flag,
  logDir: directory,
  maxConcurrentExecutions: integer(1),
  maxQueuedExecutions: withInfinity(integer(0)),
  maxInMemoryExecutions: integer(1),
  executionRetentionSecs: withInfinity(atLeastZero),
  enableAutoCleanup: flag,
  cleanupIntervalMs: positive,
  maxOutputSizeBytes: integer(0),
  maxRetainedBytes: withInfinity(integer(0)),
  oversizedOutputStrategy: strategy,
  redact: {
    allowed: SECRETS,
    holds: isSecrets,
    isSecret: true,
    normal: (value) => Object.freeze([...(value as string[])]),
  },
  limits: {
    allowed: 'an object of limits, see ProcessLimits',
    holds: isLimits,
    normal: (value) => Object.freeze(asLimits('limits', value)),
  },
  ansi: {
    allowed: "one of 'raw', 'sgr', 'strip'",
    holds: (value) => value === 'raw' || value === 'sgr' || value === 'strip',
  },
  umask: { allowed: UMASK_RANGE, holds: isUmask },
  overflowDir: directory,
  journalDir: directory,
  keepOverflowFiles: flag,
  // A line is a string.
  maxLineBytes: integer(1, (require('node:buffer') as typeof buffer).constants.MAX_STRING_LENGTH),
  partialLineFlushMs: withInfinity(atLeastZero),
  killSignal: signal,
  forceKillAfterDelayMs: delayOrFalse,
  drainGraceMs: atLeastZero,
  maxPendingEventBytes: integer(1),
  ioThreads: integer(1, 256),
};
