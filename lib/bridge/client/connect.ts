/** Connects to an engine in another process. */

import type { BridgeClient, BridgeConnection, ConnectBridgeOptions } from '../../../types/bridge';
import type { WireHello } from '../../../types/wire';
import {
  asNumber,
  ExecutionError,
  onAbort,
  optional,
  outOfRange,
  ownFields,
  reasonOf,
  signalOption,
} from '../../core/index';
import { transportOf } from '../transport';
import { RemoteConnection } from './remote-connection';
import { RemoteEngine } from './remote-engine';

const TIMEOUT_MS = 10_000;

/** Timers cannot wait longer. */
const LONGEST_TIMER = 2 ** 31 - 1;

function checkedOptions(options: unknown): {
  timeoutMs: number;
  signal: AbortSignal | undefined;
} {
  const fields = ownFields('options', options, ['timeoutMs', 'signal']);
  const timeoutMs = optional(asNumber, 'options.timeoutMs', fields.timeoutMs) ?? TIMEOUT_MS;
  if (!(timeoutMs > 0)) throw outOfRange('options.timeoutMs', '> 0', timeoutMs);
  return {
    timeoutMs: Math.min(timeoutMs, LONGEST_TIMER),
    signal: signalOption({ signal: fields.signal }),
  };
}

/**
 * Connects to a bridge. The client has the methods, events and errors of an engine in this process.
 * The native addon is not loaded.
 *
 * @param peer - the child process that runs `escher-execution-engine bridge`, a pair of streams, a
 * duplex stream, or a transport of lines
 * @throws `ERR_ENGINE_CLOSED` if the peer is not a bridge, with the reason as `cause`;
 * `ERR_WAIT_TIMEOUT` if it does not answer; the reason of the signal; a `TypeError` for an invalid
 * connection
 * @example
 * ```ts
 * const sidecar = spawn('npx', ['escher-execution-engine', 'bridge'], { stdio: ['pipe', 'pipe', 'inherit'] });
 * const engine = await connectBridge(sidecar);
 * for await (const { line } of engine.run({ command: { type: 'shell', command: 'make' } })) {
 *   console.log(line);
 * }
 * await engine.shutdown();
 * ```
 */
export async function connectBridge(
  peer: BridgeConnection,
  options: ConnectBridgeOptions = {},
): Promise<BridgeClient> {
  const { timeoutMs, signal } = checkedOptions(options);
  // Not `throwIfAborted()`, which a polyfill may not have.
  if (signal?.aborted) throw reasonOf(signal);
  const connection = new RemoteConnection(transportOf(peer));
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = (error) => {
      reject(error);
      connection.close(error);
    };
  });
  const message = `The bridge did not answer within ${timeoutMs}ms`;
  const timer = setTimeout(() => fail(new ExecutionError('ERR_WAIT_TIMEOUT', message)), timeoutMs);
  const stop = signal && onAbort(signal, () => fail(reasonOf(signal)));
  try {
    const hello = await Promise.race([connection.hello(), failed] as Promise<WireHello>[]);
    return new RemoteEngine(connection, hello);
  } catch (error) {
    // The configuration of another version may be invalid here.
    connection.close(error);
    throw error;
  } finally {
    clearTimeout(timer);
    stop?.();
  }
}
