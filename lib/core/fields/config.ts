/** The fields of a configuration, in the order in which they cross into the engine. */

import { constants } from 'node:buffer';
import type { ExecutionConfig } from '../../../types/config';
import { above, atLeast, integer, orInfinity, seconds, type TableOf } from './kinds';

export const CONFIG = {
  defaultTimeoutMs: orInfinity(above(0)),
  maxTimeoutMs: orInfinity(above(0)),
  streamOutput: 'boolean',
  logDir: 'directory',
  logRetentionSecs: seconds(orInfinity(atLeast(0))),
  logRetentionBytes: orInfinity(integer(0)),
  maxConcurrentExecutions: integer(1),
  maxQueuedExecutions: orInfinity(integer(0)),
  maxConcurrentPerKey: orInfinity(integer(1)),
  keyLimits: 'keyLimits',
  maxInMemoryExecutions: integer(1),
  executionRetentionSecs: seconds(orInfinity(atLeast(0))),
  enableAutoCleanup: 'boolean',
  cleanupIntervalMs: above(0),
  maxOutputSizeBytes: integer(0),
  maxRetainedBytes: orInfinity(integer(0)),
  oversizedOutputStrategy: 'strategy',
  redact: 'secrets',
  limits: 'limits',
  umask: 'umask',
  ansi: 'ansi',
  overflowDir: 'directory',
  journalDir: 'directory',
  keepOverflowFiles: 'boolean',
  // A line becomes a string.
  maxLineBytes: integer(1, constants.MAX_STRING_LENGTH),
  partialLineFlushMs: orInfinity(atLeast(0)),
  killSignal: 'signal',
  forceKillAfterDelayMs: 'delay',
  stop: 'stop',
  drainGraceMs: atLeast(0),
  maxPendingEventBytes: integer(1),
  ioThreads: integer(1, 256),
} as const satisfies TableOf<ExecutionConfig>;

/** Values that cross with a configuration and are not its fields. */
export const CONFIG_CONTEXT = [
  /** Whether the Node of the host runs TypeScript files. */
  'nodeRunsTypescript',
] as const;
