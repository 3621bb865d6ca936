/** Reads the values of the records that the native engine delivers; see `types/native.d.ts`. */

import type { NativeError } from '../../../types/native';
import { ExecutionError } from '../errors';
import { rethrowLater } from '../events/rethrow';
import { OUTCOME_VALUES } from '../generated/returned';
import type { LineEnds } from '../output/split-lines';

/** The kinds of records. */
export const REPLIED = 0;
export const STARTED = 1;
export const OUTPUT = 2;
export const FINISHED = 3;
export const ADMITTED = 4;
export const ECHO = 5;
export const REMOVED = 6;

/** Receives the records, in their order. */
export interface RecordSink {
  /** `error`: the request was refused. */
  admitted(token: number, error: NativeError | null): void;
  started(token: number, timestamp: number, pid: number, command: string, key: string | null): void;
  output(
    token: number,
    timestamp: number,
    stream: 0 | 1,
    firstSeq: number,
    count: number,
    partial: boolean,
    text: string,
    bytes: number,
    ends: LineEnds | undefined,
  ): void;
  echo(token: number, timestamp: number, enabled: boolean, canonical: boolean): void;
  /** The values of the outcome are in `fields`, from the index `at` on. */
  finished(token: number, timestamp: number, fields: readonly unknown[], at: number): void;
  /** `token, id, reason, key` of each record that was dropped. */
  removed(timestamp: number, entries: readonly unknown[]): void;
}

/** Receives the replies to other calls than `execute`, in the same order. */
export type ReplySink = (ticket: number, error: NativeError | null, value: unknown) => void;

/** The number of values of a record, by its kind. */
const LENGTHS: readonly number[] = [4, 6, 10, 3 + OUTCOME_VALUES, 3, 5, 3];

/** Never throws: an error of the sink becomes an uncaught exception, and decoding continues with the next record. */
export function decode(
  records: readonly unknown[],
  ends: Uint32Array,
  sink: RecordSink,
  replied: ReplySink,
): void {
  let next = 0;
  while (next < records.length) {
    const at = next;
    const kind = records[at] as number;
    const length = LENGTHS[kind];
    if (length === undefined) {
      // The length of an unknown record is unknown, so the records after it cannot be read.
      rethrowLater(new ExecutionError('ERR_INTERNAL', `Unknown kind of record: ${kind}`));
      return;
    }
    next += length;
    try {
      if (kind === REPLIED) {
        const error = records[at + 2] as NativeError | null;
        replied(records[at + 1] as number, error, records[at + 3]);
      } else {
        take(records, at, kind, ends, sink);
      }
    } catch (error) {
      rethrowLater(error);
    }
  }
}

function take(
  r: readonly unknown[],
  at: number,
  kind: number,
  ends: Uint32Array,
  sink: RecordSink,
): void {
  const token = r[at + 1] as number;
  switch (kind) {
    case OUTPUT:
      sink.output(
        token,
        r[at + 2] as number,
        r[at + 3] as 0 | 1,
        r[at + 4] as number,
        r[at + 5] as number,
        r[at + 6] as boolean,
        r[at + 7] as string,
        r[at + 8] as number,
        endsAt(ends, r[at + 9] as number),
      );
      break;
    case ADMITTED:
      sink.admitted(token, r[at + 2] as NativeError | null);
      break;
    case STARTED:
      sink.started(
        token,
        r[at + 2] as number,
        r[at + 3] as number,
        r[at + 4] as string,
        r[at + 5] as string | null,
      );
      break;
    case ECHO:
      sink.echo(token, r[at + 2] as number, r[at + 3] as boolean, r[at + 4] as boolean);
      break;
    case FINISHED:
      sink.finished(token, r[at + 2] as number, r, at + 3);
      break;
    case REMOVED:
      sink.removed(r[at + 1] as number, r[at + 2] as readonly unknown[]);
      break;
  }
}

function endsAt(all: Uint32Array, at: number): LineEnds | undefined {
  return at < 0 ? undefined : { all, at };
}
