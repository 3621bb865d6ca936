/// <reference types="node" />

/** Public contract: an engine in another process, over JSON lines. The protocol is described in `docs/bridge.md`. */

import type { Readable, Writable } from 'node:stream';
import type { Execution, ExecutionEngineApi } from './api';
import type { ExecutionPlan, PlanExecutor, PlanOptions, PlanRun } from './plan';
import type { CommandIo } from './subcommand';

export type { PlanExecutor } from './plan';

/** A connection that carries whole lines, such as the shell plugin of Tauri provides. */
export interface LineTransport {
  /** Sends one line. It contains no line terminator. */
  send(line: string): unknown;
  /** Sets the callback for received lines. A line may have its terminator. */
  onLine(callback: (line: string) => void): unknown;
  /** Sets the callback for the end of the connection, with the reason if it is known. */
  onClose?(callback: (reason?: unknown) => void): unknown;
  /** Closes the connection. The bridge on the other side then ends its executions. */
  close(): unknown;
}

/**
 * What `connectBridge()` connects to: a child process of Node, by its standard streams; a pair of streams; a duplex
 * stream such as a socket; or a transport of lines.
 */
export type BridgeConnection =
  | { readonly stdin: Writable | null; readonly stdout: Readable | null }
  | { readonly readable: Readable; readonly writable: Writable }
  | (Readable & Writable)
  | LineTransport;

/** Options of `connectBridge()`. */
export interface ConnectBridgeOptions {
  /**
   * Milliseconds to wait for the first answer of the other side. After that, `connectBridge()` rejects with
   * `ERR_WAIT_TIMEOUT`.
   * @defaultValue `10_000`
   */
  timeoutMs?: number | undefined;
  /** Aborts connecting. No effect once connected. */
  signal?: AbortSignal | undefined;
}

/**
 * An engine in another process, with the methods of {@link ExecutionEngineApi}. Process IDs, paths and the environment
 * are those of the other process; relative paths are resolved against its working directory.
 *
 * If the connection is lost, everything that is pending rejects with `ERR_ENGINE_CLOSED`, with the reason as its
 * `cause`.
 */
export interface BridgeClient extends ExecutionEngineApi {
  /** The process ID of the other side. */
  readonly pid: number;
  /**
   * As `attach()` of an engine. The other side is asked later, so there is always a handle: for an unknown id its
   * `result` rejects with `ERR_EXECUTION_NOT_FOUND`. It has no `stdin`: {@link ExecutionEngineApi.sendInput} writes to
   * the command. The events of the execution are then emitted by this client too.
   */
  attach(id: string): Execution;
  /**
   * Resolves when the connection has ended: after `shutdown()` with `undefined`, otherwise with the reason if it is
   * known.
   */
  readonly closed: Promise<unknown>;

  /**
   * Runs a plan in the other process: its steps follow each other without this one. As `executePlan()` of
   * `escher-execution-engine/plan`, which also accepts this client, but then this process decides which step is next.
   *
   * The plan ends with the connection as executions do. The lines of ended plans can be read for the last 16 of a
   * connection. If the results are longer than a string can be, they have no output (`outputDropped`).
   * @returns a handle. Its result rejects with `ERR_VALIDATION` and the reason `INVALID_PLAN` or `INVALID_DEPENDENCY_GRAPH`;
   * `ERR_CONCURRENCY_LIMIT` if `maxPlans` plans run; `ERR_DUPLICATE_ID` if one with the same id runs; `ERR_INVALID_ARG_VALUE`
   * if the other side runs no plans
   * @example
   * ```ts
   * const run = client.executePlan({ strategy: { type: 'serial' }, commands: [build, test] });
   * run.on('stepFinished', ({ name, status }) => console.log(name, status));
   * const { status } = await run;
   * ```
   */
  executePlan(plan: ExecutionPlan, options?: PlanOptions): PlanRun;
}

/** The subcommand `bridge`. `executePlan` runs the plans of the client; without it they are refused. */
export type BridgeCommand = (
  args: string[],
  io: CommandIo,
  executePlan?: PlanExecutor,
) => Promise<number>;

/** Options of `serveBridge()`. */
export interface ServeBridgeOptions {
  /**
   * What happens to the engine at the end of the input:
   *
   * - `'shutdown'`: all executions are ended, then the engine is shut down.
   * - `'wait'`: running and queued executions finish first, then the engine is shut down.
   * - `'leave'`: the engine continues. Use it for an engine that has other users: `shutdown()` of a client then ends
   *   the executions of its own connection only, and the end of the input ends none.
   *
   * Commands that were received before are answered in every case, unless the reader of the output is gone.
   * @defaultValue `'shutdown'`
   */
  atEnd?: 'shutdown' | 'wait' | 'leave' | undefined;
  /**
   * Milliseconds of the grace period at the end, as for `engine.shutdown()`.
   * @defaultValue `forceKillAfterDelayMs` of the engine
   */
  graceMs?: number | undefined;
  /**
   * Bytes of the longest line that is accepted. A longer line is answered with an error. At least 1024.
   * @defaultValue `16_777_216`
   */
  maxLineBytes?: number | undefined;
  /** Ends the session, as the end of the input does. */
  signal?: AbortSignal | undefined;
  /**
   * Whether requests may have a `progress.pattern`, and plans a `retry.output`. Patterns are matched in this process, on
   * its event loop; `retry.output` is a `RegExp`, so its time is not bounded.
   * @defaultValue `false`
   */
  allowProgressPatterns?: boolean | undefined;
  /**
   * Whether requests may have `capture: 'raw'`. The client then reads the exact output, with secrets, of the executions
   * that its connection started; it reads that of no other one in any case.
   * @defaultValue `false`
   */
  allowRawCapture?: boolean | undefined;
  /**
   * Runs the plans of the client: `executePlan` of `escher-execution-engine/plan`.
   * @defaultValue plans are refused
   */
  executePlan?: PlanExecutor | undefined;
  /**
   * The largest number of plans of one client that run at a time. At least 1.
   * @defaultValue `16`
   */
  maxPlans?: number | undefined;
}

/**
 * Why a session has ended: the input has ended, the reader of the output is gone, the client called `shutdown()`, or
 * the signal was aborted.
 */
export type BridgeEnd = 'input' | 'output' | 'shutdown' | 'aborted';
