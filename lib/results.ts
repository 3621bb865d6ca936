/** Native results, summaries and statistics in their public form. */

import type { NativeEngine, NativeResult, NativeStats, NativeSummary } from '../types/native';
import type { ExecutionMetadata } from '../types/request';
import type {
  EngineStats,
  ExecutionOutcome,
  ExecutionResult,
  ExecutionSummary,
  TerminalStatus,
} from '../types/result';
import { ExecutionError, errorInfo, fromInfo } from './errors';
import { signalName } from './signals';

function metadataOf(text: string | null): ExecutionMetadata {
  return text === null ? {} : (JSON.parse(text) as ExecutionMetadata);
}

export function outcomeOf(native: NativeResult): ExecutionOutcome {
  return {
    id: native.id,
    status: native.status as TerminalStatus,
    success: native.success,
    exitCode: native.exitCode,
    signal: native.signal === null ? null : signalName(native.signal),
    stdoutBytes: native.stdoutBytes,
    stderrBytes: native.stderrBytes,
    stdoutTruncated: native.stdoutTruncated,
    stderrTruncated: native.stderrTruncated,
    stdoutOverflowFile: native.stdoutOverflowFile,
    stderrOverflowFile: native.stderrOverflowFile,
    overflowError: native.overflowError,
    logError: native.logError,
    outputIncomplete: native.outputIncomplete,
    outputDropped: native.outputDropped,
    logFile: native.logFile,
    pid: native.pid,
    startedAt: native.startedAt,
    completedAt: native.completedAt,
    durationMs: native.durationMs,
    queuedMs: native.queuedMs,
    resourceUsage: native.resourceUsage,
    error: native.error === null ? null : errorInfo(native.error),
    command: native.command,
    metadata: metadataOf(native.metadata),
  };
}

/** The end of an execution that was cancelled before it came to the native engine. */
export function cancelledOutcome(
  id: string,
  command: string,
  metadata: string | undefined,
): ExecutionOutcome {
  const now = Date.now();
  return {
    id,
    status: 'cancelled',
    success: false,
    exitCode: null,
    signal: null,
    stdoutBytes: 0,
    stderrBytes: 0,
    stdoutTruncated: false,
    stderrTruncated: false,
    stdoutOverflowFile: null,
    stderrOverflowFile: null,
    overflowError: null,
    logError: null,
    outputIncomplete: false,
    outputDropped: false,
    logFile: null,
    pid: null,
    startedAt: now,
    completedAt: now,
    durationMs: 0,
    queuedMs: 0,
    resourceUsage: null,
    error: { code: 'ERR_CANCELLED', message: 'Execution cancelled' },
    command,
    metadata: metadataOf(metadata ?? null),
  };
}

/**
 * With the kept output. Between the end and the asking it, the whole record, or the engine
 * (`undefined`) may be gone: the output is dropped then.
 */
export function withOutput(
  outcome: ExecutionOutcome,
  native: NativeEngine | undefined,
): ExecutionResult {
  const [stdout, stderr] = native?.output(outcome.id, 'utf8') ?? ['', ''];
  const result = { ...outcome, stdout, stderr };
  const isMissing = stdout === '' && stderr === '' && outcome.stdoutBytes + outcome.stderrBytes > 0;
  if (isMissing) result.outputDropped = native?.result(outcome.id)?.outputDropped ?? true;
  return result;
}

/** As {@link withOutput}, in bytes, for an outcome that was just read. */
export function withBytes(
  outcome: ExecutionOutcome,
  native: NativeEngine,
): ExecutionResult<Uint8Array> {
  const none = new Uint8Array(0);
  const [stdout, stderr] = native.output(outcome.id, 'buffer') ?? [none, none];
  return { ...outcome, stdout, stderr };
}

/** Ends that are results: the process did what it did, or was not wanted any more. */
const RESULT_CODES: ReadonlySet<string> = new Set([
  'ERR_COMMAND_FAILED',
  'ERR_TIMEOUT',
  'ERR_CANCELLED',
]);

/** Whether an end rejects: always when the engine could not carry the execution out, or at will. */
export function isRejection(outcome: ExecutionOutcome, reject: boolean): boolean {
  if (outcome.error !== null && !RESULT_CODES.has(outcome.error.code)) return true;
  return reject && !outcome.success;
}

export function rejectionOf(result: ExecutionResult, cause?: unknown): ExecutionError {
  if (result.error !== null) return fromInfo(result.error, { result, cause });
  return new ExecutionError('ERR_INTERNAL', `Execution ended as ${result.status}`, { result });
}

export function summaryOf(native: NativeSummary): ExecutionSummary {
  const { id, status, command, startedAt, durationMs, metadata } = native;
  return { id, status, command, startedAt, durationMs, metadata: metadataOf(metadata) };
}

/** `running` and `queued`: as `runningCount()` and `queuedCount()` give them. */
export function statsOf(native: NativeStats, running: number, queued: number): EngineStats {
  const { pending, completed, failed, timeout, cancelled } = native;
  return {
    counts: { pending, running: native.running, completed, failed, timeout, cancelled },
    running,
    queued,
    retainedRecords: native.retainedRecords,
    retainedBytes: native.retainedBytes,
    totalLines: native.totalLines,
    totalBytes: native.totalBytes,
    spawnFailures: native.spawnFailures,
    spawnMs: { p50: native.spawnP50Ms, p99: native.spawnP99Ms },
    durationMs: { p50: native.durationP50Ms, p99: native.durationP99Ms },
  };
}
