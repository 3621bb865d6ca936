/** The configuration of an engine: its defaults, the effective form, and the native one. */

import type * as os from 'node:os';
import type { ExecutionConfig } from '../../types/config';
import type { NativeConfig } from '../../types/native';
import { ExecutionError } from '../errors';
import { signalNumber } from '../signals';
import { received } from './checks';
import { CONFIG_RULES } from './config-rules';
import { limitFields } from './limits';
import { nearest } from './names';

const FIELDS = Object.keys(CONFIG_RULES) as (keyof ExecutionConfig)[];

function defaults(): ExecutionConfig {
  return {
    defaultTimeoutMs: 300_000,
    maxTimeoutMs: 3_600_000,
    streamOutput: true,
    logDir: undefined,
    maxConcurrentExecutions: 100,
    maxQueuedExecutions: 0,
    maxInMemoryExecutions: 1000,
    executionRetentionSecs: 3600,
    enableAutoCleanup: true,
    cleanupIntervalMs: 60_000,
    maxOutputSizeBytes: 10_485_760,
    maxRetainedBytes: 268_435_456,
    oversizedOutputStrategy: 'truncateWithWarning',
    redact: [],
    overflowDir: undefined,
    journalDir: undefined,
    keepOverflowFiles: false,
    maxLineBytes: 1_048_576,
    partialLineFlushMs: 100,
    killSignal: 'SIGTERM',
    forceKillAfterDelayMs: 5000,
    drainGraceMs: 500,
    maxPendingEventBytes: 16_777_216,
    ansi: undefined,
    limits: undefined,
    umask: undefined,
    ioThreads: Math.min(4, (require('node:os') as typeof os).availableParallelism()),
  };
}

function invalid(problem: string): ExecutionError {
  return new ExecutionError('ERR_INVALID_CONFIG', `Invalid configuration: ${problem}`);
}

/** Refuses names that are none of ours, and tells which one was probably meant. */
function refuseUnknownFields(given: Readonly<Record<string, unknown>>): void {
  for (const field of Object.keys(given)) {
    if (Object.hasOwn(CONFIG_RULES, field)) continue;
    const meant = nearest(field, FIELDS);
    throw invalid(`"${field}" is unknown${meant ? `; did you mean "${meant}"?` : ''}`);
  }
}

/** The effective configuration: checked, with its defaults, frozen. Throws `ERR_INVALID_CONFIG`. */
export function effectiveConfig(given: unknown): Readonly<ExecutionConfig> {
  if (given === undefined) return Object.freeze(defaults());
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalid(`it must be an object. ${received(given)}`);
  }
  const input = given as Readonly<Record<string, unknown>>;
  refuseUnknownFields(input);
  const config = defaults();
  for (const field of FIELDS) {
    const value = input[field];
    if (value === undefined) continue;
    const rule = CONFIG_RULES[field];
    if (!rule.holds(value)) {
      const got = rule.isSecret ? '' : ` ${received(value)}`;
      throw invalid(`"${field}" must be ${rule.allowed}.${got}`);
    }
    Object.assign(config, { [field]: rule.normal ? rule.normal(value) : value });
  }
  limitDefaultTimeout(config, input.defaultTimeoutMs !== undefined);
  return Object.freeze(config);
}

/**
 * A default timeout that nobody named gives way to a lower maximum; one that was named does not.
 */
function limitDefaultTimeout(config: ExecutionConfig, named: boolean): void {
  const { defaultTimeoutMs, maxTimeoutMs } = config;
  if (defaultTimeoutMs <= maxTimeoutMs) return;
  if (named) {
    const limit = `at most "maxTimeoutMs", which is ${maxTimeoutMs}`;
    throw invalid(`"defaultTimeoutMs" must be ${limit}. ${received(defaultTimeoutMs)}`);
  }
  config.defaultTimeoutMs = maxTimeoutMs;
}

export function nativeConfig(config: Readonly<ExecutionConfig>): NativeConfig {
  const { killSignal, forceKillAfterDelayMs } = config;
  return {
    ...config,
    limits: limitFields(config.limits),
    killSignal: signalNumber(killSignal) as number,
    forceKillAfterDelayMs:
      forceKillAfterDelayMs === false ? Number.POSITIVE_INFINITY : forceKillAfterDelayMs,
    nodeRunsTypeScript: Boolean((process.features as { typescript?: unknown }).typescript),
  };
}
