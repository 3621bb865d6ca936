/** Results, listings and counters, from the API to the wire and back. */

import type { ExecutionMetadata } from '../../types/request';
import type {
  EngineStats,
  ExecutionOutcome,
  ExecutionResult,
  ExecutionSummary,
} from '../../types/result';
import type { WireData, WireOutcome, WireResult, WireStats, WireSummary } from '../../types/wire';
import {
  bytesOf,
  dataToWire,
  durationToWire,
  metadataFromWire,
  metadataToWire,
  timeFromWire,
  timeToWire,
} from './values';

/** The fields of the crate first. */
export function outcomeToWire(outcome: ExecutionOutcome): WireOutcome {
  const usage = outcome.resourceUsage;
  return {
    id: outcome.id,
    status: outcome.status,
    success: outcome.success,
    exit_code: outcome.exitCode ?? -1,
    duration: durationToWire(outcome.durationMs),
    started_at: timeToWire(outcome.startedAt),
    completed_at: timeToWire(outcome.completedAt),
    error: outcome.error?.message ?? null,
    stdout_overflow_file: outcome.stdoutOverflowFile,
    stderr_overflow_file: outcome.stderrOverflowFile,
    signal: outcome.signal,
    stdout_bytes: outcome.stdoutBytes,
    stderr_bytes: outcome.stderrBytes,
    stdout_truncated: outcome.stdoutTruncated,
    stderr_truncated: outcome.stderrTruncated,
    overflow_error: outcome.overflowError,
    log_error: outcome.logError,
    output_incomplete: outcome.outputIncomplete,
    output_dropped: outcome.outputDropped,
    log_file: outcome.logFile,
    pid: outcome.pid,
    duration_ms: outcome.durationMs,
    queued_ms: outcome.queuedMs,
    resource_usage: usage && {
      user_cpu_ms: usage.userCpuMs,
      system_cpu_ms: usage.systemCpuMs,
      max_rss_bytes: usage.maxRssBytes,
    },
    error_info: outcome.error,
    termination: outcome.termination,
    command: outcome.command,
    metadata: metadataToWire(outcome.metadata),
  };
}

export function outcomeFromWire(wire: WireOutcome): ExecutionOutcome {
  const usage = wire.resource_usage;
  return {
    id: wire.id,
    status: wire.status,
    success: wire.success,
    exitCode: wire.exit_code === -1 ? null : wire.exit_code,
    signal: wire.signal,
    stdoutBytes: wire.stdout_bytes,
    stderrBytes: wire.stderr_bytes,
    stdoutTruncated: wire.stdout_truncated,
    stderrTruncated: wire.stderr_truncated,
    stdoutOverflowFile: wire.stdout_overflow_file,
    stderrOverflowFile: wire.stderr_overflow_file,
    overflowError: wire.overflow_error,
    logError: wire.log_error,
    outputIncomplete: wire.output_incomplete,
    outputDropped: wire.output_dropped,
    logFile: wire.log_file,
    pid: wire.pid,
    startedAt: timeFromWire(wire.started_at),
    completedAt: timeFromWire(wire.completed_at),
    durationMs: wire.duration_ms,
    queuedMs: wire.queued_ms,
    resourceUsage: usage && {
      userCpuMs: usage.user_cpu_ms,
      systemCpuMs: usage.system_cpu_ms,
      maxRssBytes: usage.max_rss_bytes,
    },
    error: wire.error_info,
    termination: wire.termination,
    command: wire.command,
    metadata: metadataFromWire(wire.metadata),
  };
}

/** A result in the crate's form, its fields first. */
export function resultToWire<Output extends string | Uint8Array>(
  result: ExecutionResult<Output>,
): WireResult<WireData> {
  const { stdout, stderr } = result;
  return { ...outcomeToWire(result), stdout: dataToWire(stdout), stderr: dataToWire(stderr) };
}

/** A result out of the crate's form. */
export function resultFromWire(wire: WireResult): ExecutionResult {
  return { ...outcomeFromWire(wire), stdout: wire.stdout, stderr: wire.stderr };
}

/** As it comes with `encoding: 'buffer'`. */
export function bytesResultFromWire(
  wire: WireResult<{ base64: string }>,
): ExecutionResult<Uint8Array> {
  return {
    ...outcomeFromWire(wire),
    stdout: bytesOf(wire.stdout.base64),
    stderr: bytesOf(wire.stderr.base64),
  };
}

export function summaryToWire(summary: ExecutionSummary): WireSummary {
  return {
    id: summary.id,
    status: summary.status,
    started_at: timeToWire(summary.startedAt),
    duration: durationToWire(summary.durationMs),
    command: summary.command,
    duration_ms: summary.durationMs,
    metadata: metadataToWire(summary.metadata as ExecutionMetadata),
  };
}

export function summaryFromWire(wire: WireSummary): ExecutionSummary {
  return {
    id: wire.id,
    status: wire.status,
    command: wire.command,
    startedAt: timeFromWire(wire.started_at),
    durationMs: wire.duration_ms,
    metadata: metadataFromWire(wire.metadata),
  };
}

export function statsToWire(stats: EngineStats): WireStats {
  return {
    counts: stats.counts,
    running: stats.running,
    queued: stats.queued,
    retained_records: stats.retainedRecords,
    retained_bytes: stats.retainedBytes,
    total_lines: stats.totalLines,
    total_bytes: stats.totalBytes,
    guarded: stats.guarded,
    journal_error: stats.journalError,
    spawn_failures: stats.spawnFailures,
    spawn_ms: stats.spawnMs,
    duration_ms: stats.durationMs,
  };
}

export function statsFromWire(wire: WireStats): EngineStats {
  return {
    counts: wire.counts,
    running: wire.running,
    queued: wire.queued,
    retainedRecords: wire.retained_records,
    retainedBytes: wire.retained_bytes,
    totalLines: wire.total_lines,
    totalBytes: wire.total_bytes,
    guarded: wire.guarded,
    journalError: wire.journal_error,
    spawnFailures: wire.spawn_failures,
    spawnMs: wire.spawn_ms,
    durationMs: wire.duration_ms,
  };
}
