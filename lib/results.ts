/** Native results, summaries and statistics in their public form. */

import type * as buffer from 'node:buffer';
import type { NativeEngine, NativeStats, NativeSummary } from '../types/native';
import type {
  EngineStats,
  ExecutionOutcome,
  ExecutionResult,
  ExecutionSummary,
} from '../types/result';
import { ExecutionError, fromInfo } from './errors';
import { printable } from './inspect';
import { metadataOf, outcomeOf } from './outcome';

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
    termination: null,
    command,
    metadata: metadataOf(metadata ?? null),
  };
}

/**
 * With the kept output. Between the end and the asking it, the whole record, or the engine
 * (`undefined`) may be gone: the output is dropped then. `token`: of the execution that it is of,
 * where that is known.
 */
export function withOutput(
  outcome: ExecutionOutcome,
  native: NativeEngine | undefined,
  token?: number,
): ExecutionResult {
  if (outcome.stdoutBytes + outcome.stderrBytes === 0) return withTexts(outcome, '', '');
  const [stdout, stderr] = native?.output(outcome.id, 'utf8', token) ?? ['', ''];
  if (stdout === null || stderr === null) return cutToStrings(outcome, native, token);
  const result = withTexts(outcome, stdout, stderr);
  if (stdout === '' && stderr === '') {
    const now = native?.result(outcome.id, token);
    result.outputDropped = !now || outcomeOf(outcome.id, now).outputDropped;
  }
  return result;
}

/** More than a string can be: cut, as it would be at any other limit. In bytes it is whole. */
function cutToStrings(
  outcome: ExecutionOutcome,
  native: NativeEngine | undefined,
  token: number | undefined,
): ExecutionResult {
  const none = new Uint8Array(0);
  const [stdout, stderr] = native?.output(outcome.id, 'buffer', token) ?? [none, none];
  const [out, err] = [longestText(stdout), longestText(stderr)];
  const result = withTexts(outcome, out.text, err.text);
  result.stdoutTruncated ||= out.isCut;
  result.stderrTruncated ||= err.isCut;
  return result;
}

/** What of it can be a string: `most` characters, none of them cut. */
export function longestText(
  bytes: Uint8Array,
  most = (require('node:buffer') as typeof buffer).constants.MAX_STRING_LENGTH,
): { text: string; isCut: boolean } {
  const isCut = bytes.length > most;
  let end = Math.min(most, bytes.length);
  while (isCut && end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end--;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, end).toString('utf8');
  return { text, isCut };
}

/** Field by field: a spread of so many takes V8 a hundred times as long. */
export function withTexts<Text extends string | Uint8Array>(
  outcome: ExecutionOutcome,
  stdout: Text,
  stderr: Text,
): ExecutionResult<Text> {
  return printable({
    id: outcome.id,
    status: outcome.status,
    success: outcome.success,
    exitCode: outcome.exitCode,
    signal: outcome.signal,
    stdoutBytes: outcome.stdoutBytes,
    stderrBytes: outcome.stderrBytes,
    stdoutTruncated: outcome.stdoutTruncated,
    stderrTruncated: outcome.stderrTruncated,
    stdoutOverflowFile: outcome.stdoutOverflowFile,
    stderrOverflowFile: outcome.stderrOverflowFile,
    overflowError: outcome.overflowError,
    logError: outcome.logError,
    outputIncomplete: outcome.outputIncomplete,
    outputDropped: outcome.outputDropped,
    logFile: outcome.logFile,
    pid: outcome.pid,
    startedAt: outcome.startedAt,
    completedAt: outcome.completedAt,
    durationMs: outcome.durationMs,
    queuedMs: outcome.queuedMs,
    resourceUsage: outcome.resourceUsage,
    error: outcome.error,
    termination: outcome.termination,
    command: outcome.command,
    metadata: outcome.metadata,
    stdout,
    stderr,
  });
}

/** As {@link withOutput}, in bytes, for an outcome that was just read. */
export function withBytes(
  outcome: ExecutionOutcome,
  native: NativeEngine,
): ExecutionResult<Uint8Array> {
  const none = new Uint8Array(0);
  const [stdout, stderr] = native.output(outcome.id, 'buffer') ?? [none, none];
  return withTexts(outcome, stdout, stderr);
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
    guarded: native.guarded,
    journalError: native.journalError,
    spawnFailures: native.spawnFailures,
    spawnMs: { p50: native.spawnP50Ms, p99: native.spawnP99Ms },
    durationMs: { p50: native.durationP50Ms, p99: native.durationP99Ms },
  };
}
