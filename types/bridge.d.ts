/// <reference types="node" />

/** Public contract: an engine in another process, over lines of JSON. */

import type { Readable, Writable } from 'node:stream';
import type { ExecutionEngineApi } from './api';

/** A way to the other side that carries whole lines, such as the shell plugin of Tauri gives. */
export interface LineTransport {
  /** Sends one line, which has no line end in it. */
  send(line: string): unknown;
  /** Is told every line that comes. A line end at its end does no harm. */
  onLine(callback: (line: string) => void): unknown;
  /** Is told that nothing comes any more, and why, if that is known. */
  onClose?(callback: (reason?: unknown) => void): unknown;
  /** Ends the connection. The bridge on the other side ends what it runs. */
  close(): unknown;
}

/**
 * What a connection runs over: the standard streams of a sidecar (a `ChildProcess` of Node), a pair
 * of streams, a duplex stream such as a socket, or lines.
 */
export type BridgeConnection =
  | { readonly stdin: Writable | null; readonly stdout: Readable | null }
  | { readonly readable: Readable; readonly writable: Writable }
  | (Readable & Writable)
  | LineTransport;

/** Options of `connectBridge()`. */
export interface ConnectBridgeOptions {
  /**
   * Milliseconds for the other side to say who it is.
   * @defaultValue `10_000`
   */
  timeoutMs?: number | undefined;
  /** Gives up connecting. Without effect once connected. */
  signal?: AbortSignal | undefined;
}

/**
 * An engine in another process. Everything is as with an engine of one's own, see
 * {@link ExecutionEngineApi}, but for the distance: `pid`s, paths and the environment are those of
 * the other side, and relative paths start in its working directory.
 *
 * When the connection is lost, everything that is pending rejects with `ERR_ENGINE_CLOSED`, with the
 * reason as its `cause`.
 */
export interface BridgeClient extends ExecutionEngineApi {
  /** Number of the process on the other side. */
  readonly pid: number;
  /**
   * Resolves when the connection has ended, by `shutdown()` or by itself: then with the reason, if
   * that is known.
   */
  readonly closed: Promise<unknown>;
}

/** Options of `serveBridge()`. */
export interface ServeBridgeOptions {
  /**
   * What happens to the engine when the other side has nothing more to ask: `'shutdown'` ends what
   * runs, `'wait'` lets it come to its end first, `'leave'` leaves the engine alone. What was
   * asked before is answered in any case. A reader that has gone is never waited for.
   *
   * With `'leave'` the engine may be that of others too, so `shutdown()` of a client ends what its own
   * connection has begun, and the connection. The end of the input ends nothing then.
   * @defaultValue `'shutdown'`
   */
  atEnd?: 'shutdown' | 'wait' | 'leave' | undefined;
  /** As of `engine.shutdown()`. */
  graceMs?: number | undefined;
  /**
   * The longest line that is taken. A longer one is answered with an error.
   * @defaultValue `16_777_216`
   */
  maxLineBytes?: number | undefined;
  /** Ends the service, as the end of the input does. */
  signal?: AbortSignal | undefined;
}

/**
 * Why a service has ended: there is no more input, nobody reads the output any more, the other side
 * asked for it, or the signal was aborted.
 */
export type BridgeEnd = 'input' | 'output' | 'shutdown' | 'aborted';
