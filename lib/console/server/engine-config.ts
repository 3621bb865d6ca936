/** The configuration of the engine that a console needs. */

import type { ExecutionConfigInput } from '../../../types/config';

/** Time between `SIGTERM` and `SIGKILL`, for Cancel and at the end of the console. */
export const SHUTDOWN_GRACE_MS = 5000;

export interface ConsoleEngineOptions {
  /** Number of commands that run at a time. */
  concurrency: number;
  logDir: string | undefined;
}

export function consoleEngineConfig(options: ConsoleEngineOptions): ExecutionConfigInput {
  const { concurrency, logDir } = options;
  return {
    maxConcurrentExecutions: concurrency,
    maxQueuedExecutions: 10_000,
    // No timeout unless the form sets one, as in a terminal.
    maxTimeoutMs: Number.POSITIVE_INFINITY,
    defaultTimeoutMs: Number.POSITIVE_INFINITY,
    // Colours only: other sequences could hide or overwrite other lines.
    ansi: 'sgr',
    // The console keeps the last output itself; the engine would keep the first.
    maxOutputSizeBytes: 0,
    maxLineBytes: 65_536,
    // The registry of the console decides which records are removed.
    enableAutoCleanup: false,
    forceKillAfterDelayMs: SHUTDOWN_GRACE_MS,
    ...(logDir === undefined ? {} : { logDir }),
  };
}
