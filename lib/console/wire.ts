/** What goes between the server of the console and its page: plain JSON, one message a line. Types only. */

import type { ExecutionStatus } from '../../types/result';

/** One execution as the lists show it. Times are milliseconds since the epoch of the server. */
export interface Row {
  id: string;
  status: ExecutionStatus;
  command: string;
  cwd: string;
  askedAt: number;
  startedAt: number | null;
  endedAt: number | null;
  /** From a monotonic clock, once it has ended. */
  durationMs: number | null;
  timeoutMs: number | null;
  pid: number | null;
  exitCode: number | null;
  signal: string | null;
  /** Why it did not succeed. */
  error: string | null;
  /** Whether its stdin can be written to: never, now, or no longer. */
  input: 'none' | 'open' | 'closed';
  /** So far; an unfinished one counts when it is finished. */
  lines: number;
  cpuMs: number | null;
  /** Share of one core since the last look, while it runs. */
  cpuPercent: number | null;
  memory: Memory | null;
  progress: Progress | null;
  logFile: string | null;
}

export interface Memory {
  bytes: number;
  /** `atMost`: the system tells an upper bound only, which a small command inherits from its host. */
  kind: 'now' | 'peak' | 'atMost';
}

export interface Progress {
  /** From 0 to 1; `null` where only that it goes on is known. */
  fraction: number | null;
  label: string | null;
}

/** The load in one second. */
export interface Sample {
  at: number;
  running: number;
  queued: number;
  bytesPerSecond: number;
  linesPerSecond: number;
  /** Of all running executions together; `null` where the system does not tell. */
  cpuPercent: number | null;
  memoryBytes: number | null;
}

export type StateMessage = { now: number } & (
  | {
      type: 'hello';
      cwd: string;
      maxConcurrent: number;
      rows: Row[];
      samples: Sample[];
    }
  | { type: 'rows'; rows: Row[]; removed: string[] }
  | { type: 'samples'; samples: Sample[] }
  /** The engine ends; nothing comes any more. */
  | { type: 'bye' }
);

/** Lines of one stream, joined by `\n`; `partial`: the last one is unfinished. */
export interface TextChunk {
  stream: 'stdout' | 'stderr';
  firstSeq: number;
  /** The number of the next piece. */
  nextSeq: number;
  partial: boolean;
  text: string;
}

export type OutputMessage =
  | { type: 'text'; chunks: TextChunk[] }
  /** So many lines, or pieces of lines, are no longer kept, or were too fast for this page. */
  | { type: 'skipped'; lines: number; nextSeq: number }
  /** Everything so far was sent, after lines were skipped. */
  | { type: 'caughtUp' }
  /** Nothing new; the connection is alive. */
  | { type: 'alive' }
  | { type: 'end' };

/** What the form asks for. */
export interface StartBody {
  command: string;
  /** @defaultValue the directory of the console */
  cwd?: string;
  /** @defaultValue none */
  timeoutMs?: number;
  env?: Record<string, string>;
  /** Keep stdin open to type into. */
  stdin?: boolean;
  /** Ask programs for colours, which most leave out when they write into a pipe. */
  colour?: boolean;
  /** Which lines tell how far it is, as a regular expression; besides the sequence OSC 9;4. */
  progress?: string;
}

export interface ErrorBody {
  error: { code: string; message: string };
}
