/**
 * Public contract: the lines of the bridge. Requests, events and results are those of the Rust crate
 * as it writes them in JSON, with fields of our own beside its own; see `docs/bridge.md`.
 */

import type { ExecutionErrorCode, ExecutionErrorInfo } from './errors';
import type { OutputStream } from './events';
import type { ExecutionStatus, Percentiles, TerminalStatus, Termination } from './result';

/** JSON has no number for these. */
export type WireNumber = number | 'Infinity' | '-Infinity' | 'NaN';

/** Text, or bytes. */
export type WireData = string | { base64: string };

/** As `serde` writes a `std::time::Duration`. */
export interface WireDuration {
  secs: number;
  nanos: number;
}

/** `null` is the same as not there. */
export type WireCommand =
  | { type: 'shell'; command: string; shell?: string | null | undefined }
  | { type: 'exec'; program: string; args?: readonly string[] | null | undefined }
  | {
      type: 'script';
      path: string;
      interpreter?: string | null | undefined;
      args?: readonly string[] | null | undefined;
    }
  | {
      type: 'aws_cli';
      service: string;
      operation: string;
      args?: readonly string[] | null | undefined;
      profile?: string | null | undefined;
      region?: string | null | undefined;
    };

/** The metadata of a request, in the crate's names where it has some. */
export interface WireMetadata {
  source?: string | null | undefined;
  conversation_id?: string | null | undefined;
  tags?: Record<string, string> | undefined;
  [key: string]: unknown;
}

/** What is done with output over its limit, in the crate's names. */
export type WireStrategy = 'TruncateWithWarning' | 'FailExecution' | 'StreamToFile';

/** One line with such an object is a request. `null` is the same as not there. */
export interface WireRequest {
  id?: string | null | undefined;
  command: WireCommand;
  env?: Readonly<Record<string, string | null>> | null | undefined;
  working_dir?: string | null | undefined;
  timeout_ms?: WireNumber | null | undefined;
  output_log_path?: string | null | undefined;
  metadata?: WireMetadata | null | undefined;
  extend_env?: boolean | null | undefined;
  idle_timeout_ms?: WireNumber | null | undefined;
  input?: WireData | null | undefined;
  stdin?: 'pipe' | 'ignore' | null | undefined;
  kill_signal?: string | number | null | undefined;
  force_kill_after_delay_ms?: WireNumber | false | null | undefined;
  max_output_size_bytes?: number | null | undefined;
  oversized_output_strategy?: WireStrategy | null | undefined;
  merge_stderr?: boolean | null | undefined;
  priority?: number | null | undefined;
  redact?: readonly string[] | null | undefined;
  limits?: Readonly<Record<string, number>> | null | undefined;
  umask?: number | null | undefined;
  /** JSON has no regular expressions: the pattern is their source. */
  progress?: boolean | { pattern: string; flags?: string | null | undefined } | null | undefined;
}

/** A result without the output. */
export interface WireOutcome {
  id: string;
  status: TerminalStatus;
  success: boolean;
  /** -1 when there is none. */
  exit_code: number;
  duration: WireDuration;
  /** RFC 3339, as all times. */
  started_at: string;
  completed_at: string;
  /** The message of `error_info`. */
  error: string | null;
  stdout_overflow_file: string | null;
  stderr_overflow_file: string | null;
  signal: string | null;
  stdout_bytes: number;
  stderr_bytes: number;
  stdout_truncated: boolean;
  stderr_truncated: boolean;
  overflow_error: string | null;
  log_error: string | null;
  output_incomplete: boolean;
  output_dropped: boolean;
  log_file: string | null;
  pid: number | null;
  duration_ms: number;
  queued_ms: number;
  resource_usage: { user_cpu_ms: number; system_cpu_ms: number; max_rss_bytes: number } | null;
  error_info: ExecutionErrorInfo | null;
  /** `null`: it ended by itself. */
  termination: Termination | null;
  command: string;
  metadata: WireMetadata;
}

export interface WireResult<Output extends WireData = string> extends WireOutcome {
  stdout: Output;
  stderr: Output;
}

/** What every event has. */
export interface WireEventBase {
  execution_id: string;
  timestamp: string;
}

/** `event_type` says which. `output` stands for many `stdout` or `stderr`, where it was asked for. */
export type WireEvent = WireEventBase &
  (
    | { event_type: 'started'; command: string; pid: number }
    | { event_type: OutputStream; line: string; seq: number; partial: boolean }
    | ({ event_type: 'output' } & WireLines)
    | { event_type: 'progress'; fraction: number | null; label: string | null }
    | { event_type: 'status_changed'; old_status: ExecutionStatus; new_status: ExecutionStatus }
    | { event_type: 'completed'; result: WireOutcome | WireResult }
    | { event_type: 'failed'; error: string; result: WireOutcome }
    | { event_type: 'timeout'; timeout_ms: number; result: WireOutcome }
    | { event_type: 'cancelled'; result: WireOutcome }
  );

/** Lines of one stream. */
export interface WireLines {
  stream: OutputStream;
  lines: string[];
  first_seq: number;
  /** The last one is unfinished. */
  partial: boolean;
}

/** An error, as the payload of a line or inside of one. */
export interface WireError {
  /** One of {@link ExecutionErrorCode}, or a code of Node's for a value of the wrong type. */
  code: ExecutionErrorCode | string;
  message: string;
  /** Of the class: `ExecutionError`, `TypeError`, … */
  name?: string;
  reason?: string;
  errno?: number;
  syscall?: string;
  path?: string;
  /** Whether the same may succeed when it is tried again, unchanged. */
  retryable?: boolean;
  execution_id?: string;
  /** What there is of a result. */
  result?: WireResult;
  /** Number of the line that could not be taken, from 1 on. */
  line?: number;
}

/** One line of a listing, see `ExecutionSummary`. */
export interface WireSummary {
  id: string;
  status: ExecutionStatus;
  started_at: string;
  duration: WireDuration;
  command: string;
  duration_ms: number;
  metadata: WireMetadata;
}

/** Counters of an engine, see `EngineStats`. */
export interface WireStats {
  counts: Record<ExecutionStatus, number>;
  running: number;
  queued: number;
  retained_records: number;
  retained_bytes: number;
  total_lines: number;
  total_bytes: number;
  guarded: boolean;
  journal_error: string | null;
  spawn_failures: number;
  spawn_ms: Percentiles;
  duration_ms: Percentiles;
}

/** The answer to `hello`. */
export interface WireHello {
  /** Of the bridge; 1. */
  protocol: number;
  /** Number of the process that serves. */
  pid: number;
  /** The longest line that is taken. */
  max_line_bytes: number;
  /** The effective configuration. */
  config: Record<string, unknown>;
}

/** In which form lines come as events: one by one, many at once, or not at all. */
export type WireOutputForm = 'lines' | 'batches' | 'none';

/** A line that the bridge writes. */
export type WireMessage =
  | { type: 'event'; payload: WireEvent }
  | { type: 'result'; payload: WireResult }
  | { type: 'response'; seq: number | null; payload: unknown }
  | { type: 'response'; seq: number | null; error: WireError }
  | { type: 'lines'; reader: number; payload: WireLines }
  | { type: 'error'; payload: WireError };
