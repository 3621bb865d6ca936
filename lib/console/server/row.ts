/** The row of an execution, at its submission and at its end. */

import type { ExecutionMetadata, ExecutionRequest } from '../../../types/request';
import type { ExecutionOutcome, ExecutionSummary } from '../../../types/result';
import type { Row, StartBody } from '../messages';

export function pendingRow(
  id: string,
  body: StartBody,
  request: ExecutionRequest,
  requestedAt: number,
): Row {
  return {
    id,
    status: 'pending',
    command: body.command,
    cwd: String(request.workingDir),
    requestedAt,
    startedAt: null,
    endedAt: null,
    durationMs: null,
    timeoutMs: body.timeoutMs ?? null,
    pid: null,
    exitCode: null,
    signal: null,
    error: null,
    input: body.stdin && !body.terminal ? 'open' : 'none',
    hasTerminal: body.terminal ?? false,
    lines: 0,
    droppedLines: 0,
    cpuMs: null,
    cpuPercent: null,
    memory: null,
    progress: null,
    logFile: null,
    ...nameOf(request.metadata ?? {}),
    key: null,
    isForgotten: false,
    canRerun: true,
  };
}

/** The row of an execution that no page has started. What its request says is not known. */
export function adoptedRow(known: Known): Row {
  const { id, status, command, key, startedAt, metadata } = known;
  const body = { command };
  return {
    ...pendingRow(id, body, { command: { type: 'shell', command }, workingDir: '' }, startedAt),
    ...nameOf(metadata),
    status,
    key,
    startedAt: status === 'running' ? startedAt : null,
    pid: known.pid ?? null,
    canRerun: false,
  };
}

/** Of a summary, or of an event. */
type Known = Omit<ExecutionSummary, 'durationMs'> & { pid?: number | null | undefined };

/** The metadata of a client in another process is not checked by the engine of this one. */
export function nameOf(metadata: ExecutionMetadata): Pick<Row, 'name' | 'source' | 'tags'> {
  const texts = Object.entries(metadata.tags ?? {}).filter(
    ([, value]) => typeof value === 'string',
  );
  const tags: Record<string, string> = Object.fromEntries(texts);
  const source = typeof metadata.source === 'string' ? metadata.source : null;
  const name = Object.hasOwn(tags, 'name') ? tags.name : source;
  return { name: name || null, source, tags };
}

/** The fields that change at the end. */
export function settledFields(row: Row, result: ExecutionOutcome): Partial<Row> {
  const { resourceUsage } = result;
  return {
    key: result.key,
    status: result.status,
    pid: result.pid,
    startedAt: result.pid === null ? null : result.startedAt,
    endedAt: result.completedAt,
    durationMs: result.durationMs,
    exitCode: result.exitCode,
    signal: result.signal,
    error: result.error?.message ?? null,
    input: row.input === 'none' ? 'none' : 'closed',
    cpuMs: resourceUsage && resourceUsage.userCpuMs + resourceUsage.systemCpuMs,
    cpuPercent: null,
    memory: resourceUsage && peakMemory(resourceUsage.maxRssBytes),
    progress: null,
    logFile: result.logFile,
  };
}

/** A new process inherits the peak of the process that launched it, so a smaller value is only an upper bound. */
function peakMemory(bytes: number): Row['memory'] {
  const ownPeak = process.resourceUsage().maxRSS * 1024;
  return { bytes, kind: bytes > ownPeak ? 'peak' : 'atMost' };
}
