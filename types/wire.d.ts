/**
 * Public contract: the lines of the bridge. Requests, events and results are those of the Rust crate as it serializes
 * them to JSON, with additional fields of this package; see `docs/bridge.md`.
 */

import type { OversizedOutputStrategy } from './config';
import type { ExecutionErrorCode, ExecutionErrorInfo } from './errors';
import type { OutputStream } from './events';
import type { Command, ExecutionRequest, ProcessLimits, ProgressPattern } from './request';
import type {
  EngineStats,
  ExecutionOutcome,
  ExecutionStatus,
  ExecutionSummary,
  ResourceUsage,
} from './result';
import type { WirePlanEvent, WirePlanLine, WirePlanResult } from './wire-plan';

/** A number. `Infinity`, `-Infinity` and `NaN` are strings, since JSON does not have them. */
export type WireNumber = number | 'Infinity' | '-Infinity' | 'NaN';

/** Text, or bytes in base64. */
export type WireData = string | { base64: string };

/** A duration, as `serde` serializes a `std::time::Duration`. */
export interface WireDuration {
  /** Whole seconds. */
  secs: number;
  /** The rest, in nanoseconds. */
  nanos: number;
}

/** The name of a field on the wire: `timeoutMs` becomes `timeout_ms`. */
export type WireName<Name extends string> = Name extends `${infer Letter}${infer Rest}`
  ? `${Letter extends Lowercase<Letter> ? Letter : `_${Lowercase<Letter>}`}${WireName<Rest>}`
  : Name;

/** The form of a value of a request on the wire. */
export type WireValue<Value> = Value extends OversizedOutputStrategy
  ? WireStrategy
  : Value extends Command
    ? WireCommand
    : Value extends ProcessLimits | ProgressPattern
      ? WireFields<Value>
      : Value extends number
        ? WireNumber
        : Value extends URL | RegExp
          ? string
          : Value extends ArrayBufferView | ArrayBufferLike
            ? WireData
            : Value;

/** The fields of an object of a request, under their names on the wire. `null` counts as absent. */
export type WireFields<Fields> = {
  [Field in keyof Fields as WireName<Field & string>]:
    | WireValue<Fields[Field]>
    | (undefined extends Fields[Field] ? null : never);
};

/** A command. The type of the AWS CLI is `aws_cli`. `null` counts as absent. */
export type WireCommand = {
  [Type in Command['type']]: Omit<WireFields<Extract<Command, { type: Type }>>, 'type'> & {
    type: WireName<Type>;
  };
}[Command['type']];

/** The metadata of a request, with the names of the crate for the fields that it has. */
export interface WireMetadata {
  /** Where the request comes from. */
  source?: string | null | undefined;
  /** The conversation that the request belongs to. */
  conversation_id?: string | null | undefined;
  /** Tags, for the filter of `list`. */
  tags?: Record<string, string> | undefined;
  [key: string]: unknown;
}

/** What happens to output beyond its limit, with the names of the crate. */
export type WireStrategy = 'TruncateWithWarning' | 'FailExecution' | 'StreamToFile';

/** A request: the content of a line without a `type`, and the `request` of `execute`. `null` counts as absent. */
export type WireRequest = Omit<WireFields<ExecutionRequest>, 'metadata' | 'env'> & {
  env?: Readonly<Record<string, string | null>> | null | undefined;
  metadata?: WireMetadata | null | undefined;
};

/** The form of a value of a result on the wire. */
export type WireReturned<Value> = Value extends ResourceUsage
  ? { [Field in keyof Value as WireName<Field & string>]: Value[Field] }
  : Value;

/** The fields of an object that the engine returns, under their names on the wire. Times are RFC 3339. */
export type WireRow<Row> = {
  [Field in keyof Row as WireName<Field & string>]: Field extends 'startedAt' | 'completedAt'
    ? string
    : Field extends 'metadata'
      ? WireMetadata
      : WireReturned<Row[Field]>;
};

/** A result without the output. */
export interface WireOutcome
  extends Omit<WireRow<ExecutionOutcome>, 'exit_code' | 'error' | 'duration'> {
  /** The exit code; -1 if there is none. */
  exit_code: number;
  /** From the start of the process to the end. */
  duration: WireDuration;
  /** The message of `error_info`; `null` on success. */
  error: string | null;
  /** The error as the engine reports it; `null` on success. */
  error_info: ExecutionErrorInfo | null;
}

/** A result with the output that is kept. */
export interface WireResult<Output extends WireData = string> extends WireOutcome {
  /** The kept stdout. */
  stdout: Output;
  /** The kept stderr. */
  stderr: Output;
}

/** The fields of every event. */
export interface WireEventBase {
  /** The id of the execution, a UUID in lower case. */
  execution_id: string;
  /** The time of the event, RFC 3339. */
  timestamp: string;
  /** The `key` of the request, redacted; absent if it has none. */
  key?: string | null;
}

/**
 * An event; `event_type` is its name. `output` is a batch of lines, in place of many `stdout` or `stderr`, if the
 * request asks for batches.
 */
export type WireEvent = WireEventBase &
  (
    | { event_type: 'started'; command: string; pid: number }
    | { event_type: OutputStream; line: string; seq: number; partial: boolean }
    | ({ event_type: 'output' } & WireLines)
    | { event_type: 'progress'; fraction: number | null; label: string | null }
    | { event_type: 'echo'; enabled: boolean; canonical: boolean }
    | { event_type: 'status_changed'; old_status: ExecutionStatus; new_status: ExecutionStatus }
    | { event_type: 'completed'; result: WireOutcome | WireResult }
    | { event_type: 'failed'; error: string; result: WireOutcome }
    | { event_type: 'timeout'; timeout_ms: number; result: WireOutcome }
    | { event_type: 'cancelled'; result: WireOutcome }
    | { event_type: 'removed'; reason: 'retention' | 'count' | 'request' }
  );

/** A batch of lines of one stream. */
export interface WireLines {
  /** The stream of all these lines. */
  stream: OutputStream;
  /** The lines without their terminators. */
  lines: string[];
  /** The number of the first line, from 0. Numbers count over both streams of the execution. */
  first_seq: number;
  /** Whether the last line is unfinished: its next piece has the next number. */
  partial: boolean;
}

/** An error: the payload of an `error` line, or the `error` of an answer. */
export interface WireError {
  /** An {@link ExecutionErrorCode}, or a code of Node's for a value of the wrong type. */
  code: ExecutionErrorCode | string;
  /** A text for people, with the field names of the wire. */
  message: string;
  /** The name of its class: `ExecutionError`, `TypeError`, `RangeError`. */
  name?: string;
  /** The rule that the request broke, for `ERR_VALIDATION`. */
  reason?: string;
  /** The error number of the system, negative. */
  errno?: number;
  /** The step that failed: `execve`, `chdir`, `pipe2`, … */
  syscall?: string;
  /** The file or directory that the step was about. */
  path?: string;
  /** Whether the same request may succeed if it is retried unchanged. */
  retryable?: boolean;
  /** The id of the request that was rejected. */
  execution_id?: string;
  /** The result of the execution, if it has one. */
  result?: WireResult;
  /** The number of the line that was rejected, from 1. */
  line?: number;
}

/** One entry of a listing, see `ExecutionSummary`. */
export interface WireSummary extends WireRow<ExecutionSummary> {
  /** From the start of the process to the end, or until now. */
  duration: WireDuration;
}

/** Counters of an engine, see `EngineStats`. */
export type WireStats = WireRow<EngineStats>;

/** The answer to `hello`. */
export interface WireHello {
  /** The version of the protocol: 1. */
  protocol: number;
  /** The process ID of the server. */
  pid: number;
  /** Bytes of the longest line that the server accepts. */
  max_line_bytes: number;
  /** The effective configuration of the engine, without its secrets. */
  config: Record<string, unknown>;
}

/** The answer to `attach`. */
export interface WireAttached {
  /** The `seq` of the command that this connection has begun it with: names it in later commands. */
  run: number | null;
  status: ExecutionStatus;
  /** The process ID; `null` before the start. */
  pid: number | null;
  /** The `key` of the request, redacted; `null` if it has none, and before the start. */
  key: string | null;
  /** The result without the output; `null` if it has not ended. */
  result: WireOutcome | null;
}

/** The form in which lines are sent as events: one event for each line, batches, or none. */
export type WireOutputForm = 'lines' | 'batches' | 'none';

/** A line that the bridge writes. */
export type WireMessage =
  | { type: 'event'; payload: WireEvent | WirePlanEvent }
  | { type: 'result'; payload: WireResult }
  | { type: 'response'; seq: number | null; payload: unknown }
  | { type: 'response'; seq: number | null; error: WireError }
  | { type: 'plan_result'; seq: number | null; payload: WirePlanResult }
  | { type: 'lines'; reader: number; payload: WireLines }
  | { type: 'plan_lines'; reader: number; payload: WirePlanLine[] }
  | { type: 'error'; payload: WireError };
