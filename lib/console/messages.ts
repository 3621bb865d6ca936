/** The JSON messages between the server of the console and its page. Types only. */

import type { ExecutionStatus } from '../../types/result';

/** One execution in the lists. Times are milliseconds since the epoch, by the clock of the server. */
export interface Row {
  id: string;
  status: ExecutionStatus;
  command: string;
  cwd: string;
  requestedAt: number;
  startedAt: number | null;
  endedAt: number | null;
  /** From a monotonic clock; `null` until the end. */
  durationMs: number | null;
  timeoutMs: number | null;
  pid: number | null;
  exitCode: number | null;
  signal: string | null;
  /** The reason of a failure. */
  error: string | null;
  /** The state of its stdin; `none`: it has no pipe. */
  input: 'none' | 'open' | 'closed';
  /** It has a pseudo-terminal: keys are typed into its output, and it follows the size of the page. */
  hasTerminal: boolean;
  /** An unfinished line is not counted. */
  lines: number;
  /** Lines, or pieces of lines, that the console has not kept. */
  droppedLines: number;
  cpuMs: number | null;
  /** Percent of one core since the last measurement; `null` unless it runs. */
  cpuPercent: number | null;
  memory: Memory | null;
  progress: Progress | null;
  logFile: string | null;
  /** The tag `name` of the metadata, or its `source`. */
  name: string | null;
  source: string | null;
  tags: Record<string, string>;
  /** The key whose limit it counts for. */
  key: string | null;
  /** The engine has dropped its record; the console keeps its row and its output. */
  isForgotten: boolean;
  /** Whether it can be run again: a page has started it. */
  canRerun: boolean;
}

export interface Memory {
  bytes: number;
  /** `atMost`: an upper bound, because a new process inherits the peak of the process that launched it. */
  kind: 'now' | 'peak' | 'atMost';
}

export interface Progress {
  /** From 0 to 1; `null`: unknown. */
  fraction: number | null;
  label: string | null;
}

/** The load of one second. */
export interface Sample {
  at: number;
  running: number;
  queued: number;
  bytesPerSecond: number;
  linesPerSecond: number;
  /** No queued execution starts until the engine is resumed. */
  paused: boolean;
  /** Of all running executions; `null`: not supported by the system. */
  cpuPercent: number | null;
  memoryBytes: number | null;
}

export type StateMessage = { now: number } & (
  | {
      type: 'hello';
      cwd: string;
      maxConcurrent: number;
      /** Milliseconds from a cancel to `SIGKILL`; `null`: none follows. */
      graceMs: number | null;
      /** Whether a command can be started with `progress`. */
      allowProgressPatterns: boolean;
      rows: Row[];
      samples: Sample[];
    }
  | { type: 'rows'; rows: Row[]; removed: string[] }
  | { type: 'samples'; samples: Sample[] }
  | { type: 'limit'; maxConcurrent: number }
  /** The engine is closed. The last message. */
  | { type: 'bye' }
);

/** Lines of one stream, joined by `\n`. `partial`: the last one is unfinished. */
export interface TextChunk {
  stream: 'stdout' | 'stderr';
  firstSeq: number;
  /** The number of the next piece. */
  nextSeq: number;
  partial: boolean;
  /** When the lines were read, in milliseconds since the epoch; `null`: unknown. */
  at: number | null;
  text: string;
}

export type OutputMessage =
  /** `isKept`: it was written before the page asked for it, so a query in it must not be answered. */
  | { type: 'text'; chunks: TextChunk[]; isKept: boolean }
  /** Lines, or pieces of lines, that are not sent. `kept`: how many of them the server has; the others were dropped. */
  | { type: 'skipped'; lines: number; kept: number; nextSeq: number }
  /** All output so far was sent, after lines were skipped. */
  | { type: 'caughtUp' }
  /** No output; the connection works. */
  | { type: 'alive' }
  | { type: 'end' };

/** A request to start a command. */
export interface StartBody {
  command: string;
  /** The `source` of its metadata. */
  name?: string | undefined;
  /** @defaultValue the directory of the console */
  cwd?: string | undefined;
  /** @defaultValue none */
  timeoutMs?: number | undefined;
  env?: Record<string, string> | undefined;
  /** Keep stdin open for input. */
  stdin?: boolean | undefined;
  /** Give the command a pseudo-terminal. It takes input whether `stdin` is set or not. */
  terminal?: boolean | undefined;
  /** Ask programs for colours, which most omit when they write to a pipe. */
  colour?: boolean | undefined;
  /** A regular expression for lines that report progress, in addition to the sequence OSC 9;4. */
  progress?: string | undefined;
}

/** Changes one limit of the engine: of all commands, or of a key (`null`: back to that of all keys). */
export type LimitBody = { limit: number } | { key: string; limit: number | null };

export interface ErrorBody {
  error: { code: string; message: string };
}
