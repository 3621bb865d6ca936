/** The result of an execution, from what the test says of it. */

import type { ExecutionErrorCode, ExecutionErrorInfo } from '../../types/errors';
import type { ExecutionOutcome, TerminalStatus, Termination } from '../../types/result';
import type { FakeResult } from '../../types/testing';
import { ExecutionError, errorInfo } from '../core/index';

/** What the engine knows of the execution. */
export interface Known {
  id: string;
  command: string;
  key: string | null;
  metadata: ExecutionOutcome['metadata'];
  pid: number | null;
  startedAt: number;
  durationMs: number;
  queuedMs: number;
  launchMs: number;
  stdoutBytes: number;
  stderrBytes: number;
}

const STATUS_OF: Partial<Record<ExecutionErrorCode, TerminalStatus>> = {
  ERR_TIMEOUT: 'timeout',
  ERR_CANCELLED: 'cancelled',
};

export function outcomeOf(known: Known, given: FakeResult): ExecutionOutcome {
  const { stdout: _, stderr: __, ...fields } = given;
  const signal = given.signal ?? null;
  const exitCode = given.exitCode ?? (isWithoutExit(known, given) ? null : 0);
  const status = given.status ?? statusOf(given, exitCode, signal);
  const outcome = {
    ...known,
    status,
    success: status === 'completed',
    exitCode,
    signal,
    stdoutTruncated: false,
    stderrTruncated: false,
    stdoutOverflowFile: null,
    stderrOverflowFile: null,
    overflowError: null,
    logError: null,
    outputIncomplete: false,
    outputDropped: false,
    logFile: null,
    recordFile: null,
    recordError: null,
    completedAt: Date.now(),
    resourceUsage: known.pid === null ? null : { userCpuMs: 0, systemCpuMs: 0, maxRssBytes: 0 },
    error: status === 'completed' ? null : errorOf(status, exitCode, signal),
    termination: null,
  } as ExecutionOutcome;
  for (const [field, value] of Object.entries(fields)) {
    if (value !== undefined) Object.defineProperty(outcome, field, { ...PLAIN, value });
  }
  return outcome;
}

/** Without a prototype, from which it could inherit a getter. */
const PLAIN = { __proto__: null, enumerable: true, configurable: true, writable: true } as object;

function isWithoutExit({ pid }: Known, { signal, status, error }: FakeResult): boolean {
  if (pid === null || (signal ?? null) !== null) return true;
  return (error ?? null) !== null || (status !== undefined && status !== 'completed');
}

function statusOf(
  { error }: FakeResult,
  exitCode: number | null,
  signal: string | null,
): TerminalStatus {
  if (error) return STATUS_OF[error.code] ?? 'failed';
  return exitCode === 0 && signal === null ? 'completed' : 'failed';
}

function errorOf(
  status: TerminalStatus,
  exitCode: number | null,
  signal: string | null,
): ExecutionErrorInfo {
  if (status === 'timeout') return { code: 'ERR_TIMEOUT', message: 'Execution timeout' };
  if (status === 'cancelled') return { code: 'ERR_CANCELLED', message: 'Execution cancelled' };
  const message =
    signal === null
      ? `Command failed with exit code ${exitCode ?? 1}`
      : `Command was killed by ${signal}`;
  return { code: 'ERR_COMMAND_FAILED', message };
}

/** The end of a command that the engine ends. `error`: instead of that of the status. */
export function endedBy(
  reason: Termination['reason'],
  signal: string | null,
  error?: ExecutionErrorInfo,
): FakeResult {
  return {
    status: reason === 'timeout' ? 'timeout' : 'cancelled',
    signal,
    exitCode: null,
    ...(error !== undefined && { error }),
    termination: signal === null ? null : { reason, signals: [signal], survivors: [] },
  };
}

/** The end of a command whose answer threw. */
export function failedWith(thrown: unknown): FakeResult {
  if (thrown instanceof ExecutionError) return { status: 'failed', error: errorInfo(thrown) };
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { status: 'failed', error: { code: 'ERR_INTERNAL', message } };
}
