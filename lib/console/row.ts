/** What the lists show of an execution, at its start and at its end. */

import type { ExecutionOutcome, ExecutionRequest } from '../index';
import type { Row, StartBody } from './wire';

export function newRow(
  id: string,
  body: StartBody,
  request: ExecutionRequest,
  askedAt: number,
): Row {
  return {
    id,
    status: 'pending',
    command: body.command,
    cwd: String(request.workingDir),
    askedAt,
    startedAt: null,
    endedAt: null,
    durationMs: null,
    timeoutMs: body.timeoutMs ?? null,
    pid: null,
    exitCode: null,
    signal: null,
    error: null,
    input: body.stdin ? 'open' : 'none',
    lines: 0,
    cpuMs: null,
    cpuPercent: null,
    memory: null,
    progress: null,
    logFile: null,
  };
}

/** What its end changes. */
export function endOf(before: Row, result: ExecutionOutcome): Partial<Row> {
  const { resourceUsage } = result;
  return {
    status: result.status,
    startedAt: result.pid === null ? null : result.startedAt,
    endedAt: result.completedAt,
    durationMs: result.durationMs,
    exitCode: result.exitCode,
    signal: result.signal,
    error: result.error?.message ?? null,
    input: before.input === 'none' ? 'none' : 'closed',
    cpuMs: resourceUsage && resourceUsage.userCpuMs + resourceUsage.systemCpuMs,
    cpuPercent: null,
    memory: resourceUsage && peakOf(resourceUsage.maxRssBytes),
    progress: null,
    logFile: result.logFile,
  };
}

/** A new process inherits the peak of the one that launched it: up to that, the figure is a bound. */
function peakOf(bytes: number): Row['memory'] {
  const ownPeak = process.resourceUsage().maxRSS * 1024;
  return { bytes, kind: bytes > ownPeak ? 'peak' : 'atMost' };
}
