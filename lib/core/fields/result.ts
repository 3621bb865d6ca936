/**
 * The fields of what the engine returns, in the order in which they cross. The generator writes the
 * C++ code that puts them in that order, and the TypeScript code that makes objects of them.
 */

import type {
  EngineStats,
  ExecutionOutcome,
  ExecutionSummary,
  Percentiles,
  RecoveredExecution,
  ResourceUsage,
  Termination,
} from '../../../types/result';
import { STATUSES } from './enums';

/** The conversion of a value that crossed to the value of the field. */
type Crossing =
  /** No conversion. */
  | 'same'
  /** Text; empty text crosses as `null`. */
  | 'text'
  /** Milliseconds since the epoch. */
  | 'time'
  /** The index of a name. */
  | 'status'
  | 'reason'
  /** The number of a signal, or `null`. */
  | 'signal'
  | 'signals'
  | 'numbers'
  | 'error'
  /** JSON text. */
  | 'metadata'
  /** Does not cross: the caller of the generated function passes it. */
  | 'given';

/** `cpp`: the C++ expression of the value, if the member is not named like the field. */
interface Leaf {
  readonly kind: Crossing;
  readonly cpp?: string;
}

/** An object inside another one. Its values cross in its place. */
interface Group<T> {
  readonly kind: 'group';
  readonly of: RowsOf<T>;
  readonly cpp?: string;
  /** `null` if its first value is `null`. */
  readonly isOptional?: boolean;
}

export type Entry = Leaf | Group<object>;
export type Rows = Readonly<Record<string, Entry>>;
type RowsOf<T> = {
  readonly [Field in keyof T]-?:
    | Leaf
    | (NonNullable<T[Field]> extends object ? Group<NonNullable<T[Field]>> : never);
};

const USAGE = {
  userCpuMs: { kind: 'same' },
  systemCpuMs: { kind: 'same' },
  maxRssBytes: { kind: 'same' },
} as const satisfies RowsOf<ResourceUsage>;

const TERMINATION = {
  reason: { kind: 'reason' },
  signals: { kind: 'signals' },
  survivors: { kind: 'numbers' },
} as const satisfies RowsOf<Termination>;

export const OUTCOME = {
  id: { kind: 'given' },
  status: { kind: 'status' },
  success: { kind: 'same', cpp: 'result.success()' },
  exitCode: { kind: 'same', cpp: 'result.exit.code' },
  signal: { kind: 'signal', cpp: 'result.exit.signal' },
  stdoutBytes: { kind: 'same', cpp: 'result.streams[0].total_bytes' },
  stderrBytes: { kind: 'same', cpp: 'result.streams[1].total_bytes' },
  stdoutTruncated: { kind: 'same', cpp: 'result.streams[0].truncated' },
  stderrTruncated: { kind: 'same', cpp: 'result.streams[1].truncated' },
  stdoutOverflowFile: { kind: 'same', cpp: 'result.streams[0].overflow_file' },
  stderrOverflowFile: { kind: 'same', cpp: 'result.streams[1].overflow_file' },
  overflowError: { kind: 'same' },
  logError: { kind: 'same' },
  outputIncomplete: { kind: 'same' },
  outputDropped: { kind: 'same', cpp: 'output_dropped' },
  logFile: { kind: 'same' },
  recordError: { kind: 'same' },
  recordFile: { kind: 'same' },
  pid: { kind: 'same', cpp: 'nonzero(result.pid)' },
  startedAt: { kind: 'time' },
  completedAt: { kind: 'time' },
  durationMs: { kind: 'same' },
  queuedMs: { kind: 'same' },
  launchMs: { kind: 'same' },
  resourceUsage: { kind: 'group', of: USAGE, cpp: 'result.usage', isOptional: true },
  error: { kind: 'error' },
  termination: { kind: 'group', of: TERMINATION, isOptional: true },
  command: { kind: 'text' },
  key: { kind: 'same' },
  metadata: { kind: 'metadata' },
} as const satisfies RowsOf<ExecutionOutcome>;

export const SUMMARY = {
  id: { kind: 'same' },
  status: { kind: 'status' },
  exitCode: { kind: 'same', cpp: 'summary.exit.code' },
  signal: { kind: 'signal', cpp: 'summary.exit.signal' },
  command: { kind: 'text' },
  key: { kind: 'same' },
  startedAt: { kind: 'time' },
  durationMs: { kind: 'same' },
  metadata: { kind: 'metadata' },
} as const satisfies RowsOf<ExecutionSummary>;

const counts = Object.fromEntries(
  STATUSES.map((status, index) => [status, { kind: 'same', cpp: `stats.by_status[${index}]` }]),
) as unknown as RowsOf<EngineStats['counts']>;

const percentiles = (member: string) =>
  ({
    p50: { kind: 'same', cpp: `stats.${member}_p50` },
    p99: { kind: 'same', cpp: `stats.${member}_p99` },
  }) as const satisfies RowsOf<Percentiles>;

export const STATS = {
  counts: { kind: 'group', of: counts },
  running: { kind: 'same', cpp: 'running' },
  queued: { kind: 'same', cpp: 'queued' },
  retainedRecords: { kind: 'same' },
  retainedBytes: { kind: 'same' },
  totalLines: { kind: 'same' },
  totalBytes: { kind: 'same' },
  guarded: { kind: 'same' },
  keys: { kind: 'same' },
  paused: { kind: 'same' },
  journalError: { kind: 'same' },
  spawnFailures: { kind: 'same' },
  spawnMs: { kind: 'group', of: percentiles('spawn') },
  durationMs: { kind: 'group', of: percentiles('duration') },
} as const satisfies RowsOf<EngineStats>;

export const RECOVERED = {
  executionId: { kind: 'same', cpp: 'recovered.id' },
  status: { kind: 'given' },
  command: { kind: 'text' },
  metadata: { kind: 'metadata' },
  pid: { kind: 'same' },
  startedAt: { kind: 'time' },
  logFile: { kind: 'same' },
  log: { kind: 'given' },
  logTruncated: { kind: 'given' },
  endedPids: { kind: 'numbers', cpp: 'recovered.ended' },
  survivors: { kind: 'numbers' },
} as const satisfies RowsOf<RecoveredExecution>;

/** The function that is generated for each table: its public type, and the C++ values that it takes. */
export const RETURNED = {
  outcome: {
    type: 'ExecutionOutcome',
    of: OUTCOME,
    cpp: 'const ExecutionResult& result, bool output_dropped',
  },
  summary: { type: 'ExecutionSummary', of: SUMMARY, cpp: 'const ExecutionSummary& summary' },
  stats: {
    type: 'EngineStats',
    of: STATS,
    cpp: 'const EngineStats& stats, std::size_t running, std::size_t queued',
  },
  recovered: {
    type: 'RecoveredExecution',
    of: RECOVERED,
    cpp: 'const RecoveredExecution& recovered',
  },
} as const;
