/** How an execution ended, out of the fields in which the native engine tells it. */

import type { NativeError, NativeResult, NativeTermination } from '../types/native';
import type { ExecutionMetadata } from '../types/request';
import type { ExecutionOutcome, ResourceUsage, TerminalStatus, Termination } from '../types/result';
import { errorInfo } from './errors';
import { signalName } from './signals';

/** How many fields a {@link NativeResult} has. */
export const RESULT_FIELDS = 23;

const STATUSES = ['pending', 'running', 'completed', 'failed', 'timeout', 'cancelled'] as const;

const REASONS = [
  'timeout',
  'idleTimeout',
  'cancel',
  'shutdown',
  'outputLimit',
  'streamFailure',
] as const;

const STDOUT_TRUNCATED = 1;
const STDERR_TRUNCATED = 2;
const OUTPUT_INCOMPLETE = 4;
const OUTPUT_DROPPED = 8;

export function metadataOf(text: string | null): ExecutionMetadata {
  if (text === null) return {};
  try {
    return JSON.parse(text) as ExecutionMetadata;
  } catch {
    // A secret that was not inside of a string, a number for example: what is left of it is no JSON.
    return {};
  }
}

export function outcomeOf(id: string, result: NativeResult): ExecutionOutcome {
  return outcomeAt(id, result, 0);
}

/** The fields of a {@link NativeResult} stand in `r` from `at` on. */
export function outcomeAt(id: string, r: readonly unknown[], at: number): ExecutionOutcome {
  const status = STATUSES[r[at] as number] as TerminalStatus;
  const exitCode = r[at + 1] as number | null;
  const signal = r[at + 2] as number | null;
  const flags = r[at + 5] as number;
  const error = r[at + 19] as NativeError | null;
  return {
    id,
    status,
    success: status === 'completed' && exitCode === 0,
    exitCode,
    signal: signal === null ? null : signalName(signal),
    stdoutBytes: r[at + 3] as number,
    stderrBytes: r[at + 4] as number,
    stdoutTruncated: (flags & STDOUT_TRUNCATED) !== 0,
    stderrTruncated: (flags & STDERR_TRUNCATED) !== 0,
    stdoutOverflowFile: r[at + 6] as string | null,
    stderrOverflowFile: r[at + 7] as string | null,
    overflowError: r[at + 8] as string | null,
    logError: r[at + 9] as string | null,
    outputIncomplete: (flags & OUTPUT_INCOMPLETE) !== 0,
    outputDropped: (flags & OUTPUT_DROPPED) !== 0,
    logFile: r[at + 10] as string | null,
    pid: r[at + 11] as number | null,
    startedAt: r[at + 12] as number,
    completedAt: r[at + 13] as number,
    durationMs: r[at + 14] as number,
    queuedMs: r[at + 15] as number,
    resourceUsage: usageAt(r, at + 16),
    error: error === null ? null : errorInfo(error),
    termination: terminationOf(r[at + 22] as NativeTermination | null),
    command: r[at + 20] as string,
    metadata: metadataOf(r[at + 21] as string | null),
  };
}

function terminationOf(native: NativeTermination | null): Termination | null {
  if (native === null) return null;
  const [reason, signals, survivors] = native;
  return {
    reason: REASONS[reason] as Termination['reason'],
    signals: signals.map(signalName),
    survivors,
  };
}

function usageAt(r: readonly unknown[], at: number): ResourceUsage | null {
  const userCpuMs = r[at] as number | null;
  if (userCpuMs === null) return null;
  return { userCpuMs, systemCpuMs: r[at + 1] as number, maxRssBytes: r[at + 2] as number };
}
