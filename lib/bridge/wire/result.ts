/** Converts results, listings and counters between the API and the wire. */

import type { ExecutionErrorInfo } from '../../../types/errors';
import type {
  EngineStats,
  ExecutionOutcome,
  ExecutionResult,
  ExecutionSummary,
} from '../../../types/result';
import type {
  WireData,
  WireOutcome,
  WireResult,
  WireStats,
  WireSummary,
} from '../../../types/wire';
import { ownValue, RETURNED, type Rows, setAllOwn } from '../../core/index';
import { toSnake } from './names';
import {
  bytesOf,
  dataToWire,
  durationToWire,
  metadataFromWire,
  metadataToWire,
  timeFromWire,
  timeToWire,
} from './values';

type Fields = Record<string, unknown>;

interface WireEntry {
  readonly field: string;
  readonly wire: string;
  readonly toWire: (value: never) => unknown;
  readonly fromWire: (value: never) => unknown;
}

const asIs = (value: unknown): unknown => value;

const orNull = (convert: (value: object) => unknown) => (value: object | null) =>
  value === null ? null : convert(value);

function entriesOf(rows: Rows): readonly WireEntry[] {
  return Object.entries(rows).map(([field, entry]) => {
    const names = { field, wire: toSnake(field) };
    if (entry.kind === 'group') {
      const inner = entriesOf(entry.of as Rows);
      return {
        ...names,
        toWire: orNull((value) => rowToWire(inner, value)),
        fromWire: orNull((value) => rowFromWire(inner, value)),
      };
    }
    if (entry.kind === 'time') return { ...names, toWire: timeToWire, fromWire: timeFromWire };
    if (entry.kind === 'metadata') {
      return { ...names, toWire: metadataToWire, fromWire: metadataFromWire };
    }
    return { ...names, toWire: asIs, fromWire: asIs };
  });
}

function rowToWire(entries: readonly WireEntry[], value: object): Fields {
  return Object.fromEntries(
    entries.map((entry) => [entry.wire, entry.toWire((value as Fields)[entry.field] as never)]),
  );
}

function rowFromWire(entries: readonly WireEntry[], wire: object): Fields {
  return Object.fromEntries(
    entries.map((entry) => [entry.field, entry.fromWire(ownValue(wire, entry.wire) as never)]),
  );
}

const OUTCOME = entriesOf(RETURNED.outcome.of);
const SUMMARY = entriesOf(RETURNED.summary.of);
const STATS = entriesOf(RETURNED.stats.of);

/** An outcome in the form of the crate, which differs in three fields. */
export function outcomeToWire(outcome: ExecutionOutcome): WireOutcome {
  return setAllOwn(rowToWire(OUTCOME, outcome), {
    exit_code: outcome.exitCode ?? -1,
    duration: durationToWire(outcome.durationMs),
    error_info: outcome.error,
    error: outcome.error?.message ?? null,
  }) as unknown as WireOutcome;
}

export function outcomeFromWire(wire: WireOutcome): ExecutionOutcome {
  const outcome = rowFromWire(OUTCOME, wire) as unknown as ExecutionOutcome;
  if (wire.exit_code === -1) outcome.exitCode = null;
  outcome.error = wire.error_info as ExecutionErrorInfo | null;
  return outcome;
}

/** A result in the form of the crate. */
export function resultToWire<Output extends string | Uint8Array>(
  result: ExecutionResult<Output>,
): WireResult<WireData> {
  const { stdout, stderr } = result;
  return setAllOwn(outcomeToWire(result), {
    stdout: dataToWire(stdout),
    stderr: dataToWire(stderr),
  });
}

/** A result from the form of the crate. */
export function resultFromWire(wire: WireResult): ExecutionResult {
  return setAllOwn(outcomeFromWire(wire), { stdout: wire.stdout, stderr: wire.stderr });
}

/** The result for `encoding: 'buffer'`. */
export function bytesResultFromWire(
  wire: WireResult<{ base64: string }>,
): ExecutionResult<Uint8Array> {
  return setAllOwn(outcomeFromWire(wire), {
    stdout: bytesOf(wire.stdout.base64),
    stderr: bytesOf(wire.stderr.base64),
  });
}

export function summaryToWire(summary: ExecutionSummary): WireSummary {
  const duration = durationToWire(summary.durationMs);
  return setAllOwn(rowToWire(SUMMARY, summary), { duration }) as unknown as WireSummary;
}

export const summaryFromWire = (wire: WireSummary): ExecutionSummary =>
  rowFromWire(SUMMARY, wire) as unknown as ExecutionSummary;

export const statsToWire = (stats: EngineStats): WireStats =>
  rowToWire(STATS, stats) as unknown as WireStats;

export const statsFromWire = (wire: WireStats): EngineStats =>
  rowFromWire(STATS, wire) as unknown as EngineStats;
