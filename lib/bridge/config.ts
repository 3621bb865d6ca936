/** Configurations, from the API to the wire and back. */

import type { ExecutionConfig, ExecutionConfigInput } from '../../types/config';
import {
  type Codec,
  delay,
  fieldsFromWire,
  fieldsToWire,
  flag,
  limits,
  number,
  oneOf,
  path,
  secrets,
  signal,
  strategy,
} from './fields';
import { reading } from './names';

export const CONFIG = {
  defaultTimeoutMs: number,
  maxTimeoutMs: number,
  streamOutput: flag,
  logDir: path,
  maxConcurrentExecutions: number,
  maxQueuedExecutions: number,
  maxInMemoryExecutions: number,
  executionRetentionSecs: number,
  enableAutoCleanup: flag,
  cleanupIntervalMs: number,
  maxOutputSizeBytes: number,
  maxRetainedBytes: number,
  oversizedOutputStrategy: strategy,
  redact: secrets,
  limits,
  umask: number,
  ansi: oneOf('raw', 'sgr', 'strip'),
  overflowDir: path,
  journalDir: path,
  keepOverflowFiles: flag,
  maxLineBytes: number,
  partialLineFlushMs: number,
  killSignal: signal,
  forceKillAfterDelayMs: delay,
  drainGraceMs: number,
  maxPendingEventBytes: number,
  ioThreads: number,
} satisfies Record<keyof ExecutionConfig, Codec>;

/** The effective configuration. Secrets stay where they are. */
export function configToWire(config: Readonly<ExecutionConfig>): Record<string, unknown> {
  return fieldsToWire(
    'config',
    { ...config, redact: config.redact.map(() => '***') },
    CONFIG,
  ) as Record<string, unknown>;
}

export function configFromWire(wire: unknown): ExecutionConfigInput {
  return reading(() => fieldsFromWire('config', wire, CONFIG)) as ExecutionConfigInput;
}

/** Every field is there, `undefined` where it has no value. */
export function effectiveConfigFromWire(wire: unknown): Readonly<ExecutionConfig> {
  const config = Object.fromEntries(Object.keys(CONFIG).map((field) => [field, undefined]));
  return Object.freeze(
    Object.assign(config, fieldsFromWire('config', wire, CONFIG)),
  ) as unknown as Readonly<ExecutionConfig>;
}
