/** The defaults of an engine, which a real one gets from its native binary. A test compares them. */

import type { ExecutionConfig } from '../../types/config';

export const DEFAULT_CONFIG = {
  defaultTimeoutMs: 300_000,
  maxTimeoutMs: 3_600_000,
  streamOutput: true,
  logDir: undefined,
  logRetentionSecs: Number.POSITIVE_INFINITY,
  logRetentionBytes: Number.POSITIVE_INFINITY,
  maxConcurrentExecutions: 100,
  maxQueuedExecutions: 0,
  maxConcurrentPerKey: Number.POSITIVE_INFINITY,
  keyLimits: undefined,
  maxInMemoryExecutions: 1000,
  executionRetentionSecs: 3600,
  enableAutoCleanup: true,
  cleanupIntervalMs: 60_000,
  maxOutputSizeBytes: 10_485_760,
  maxRetainedBytes: 268_435_456,
  oversizedOutputStrategy: 'truncateWithWarning',
  overflowDir: undefined,
  keepOverflowFiles: false,
  maxLineBytes: 1_048_576,
  partialLineFlushMs: 100,
  killSignal: 'SIGTERM',
  forceKillAfterDelayMs: 5000,
  stop: undefined,
  drainGraceMs: 500,
  maxPendingEventBytes: 16_777_216,
  redact: [],
} as unknown as Readonly<ExecutionConfig>;
