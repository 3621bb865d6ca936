/** Connects to an engine in another process. */

import type { BridgeClient, BridgeConnection, ConnectBridgeOptions } from '../../types/bridge';
import type { WireHello } from '../../types/wire';
import { onAbort } from '../abort';
import { ExecutionError } from '../index';
import { signalOption } from '../options/call';
import { asNumber, asObject, optional, outOfRange } from '../options/checks';
import { refuseUnknown } from '../options/names';
import { BridgeChannel } from './channel';
import { RemoteEngine } from './client';
import { transportOf } from './transport';

const TIMEOUT_MS = 10_000;

function checked(options: unknown): { timeoutMs: number; signal: AbortSignal | undefined } {
  const fields = asObject('options', options);
  refuseUnknown('options', fields, ['timeoutMs', 'signal']);
  const timeoutMs = optional(asNumber, 'options.timeoutMs', fields.timeoutMs) ?? TIMEOUT_MS;
  if (!(timeoutMs > 0)) throw outOfRange('options.timeoutMs', '> 0', timeoutMs);
  return {
    timeoutMs: Math.min(timeoutMs, 2 ** 31 - 1),
    signal: signalOption({ signal: fields.signal }),
  };
}

/**
 * Connects to a bridge, and gives the engine behind it with the methods, events and errors of an
 * engine of one's own. The native addon is not loaded here.
 *
 * @param connection - the child process that runs `escher-execution-engine bridge`, or a pair of
 * streams, a duplex stream, or anything that carries lines
 * @throws `ERR_ENGINE_CLOSED` when there is no bridge on the other side, with what happened as the
 * `cause`; `ERR_WAIT_TIMEOUT` when it does not answer; the reason of the signal; a `TypeError` for
 * what is no connection
 * @example
 * ```ts
 * const sidecar = spawn('escher-execution-engine', ['bridge'], { stdio: ['pipe', 'pipe', 'inherit'] });
 * const engine = await connectBridge(sidecar);
 * for await (const { line } of engine.run({ command: { type: 'shell', command: 'make' } })) {
 *   console.log(line);
 * }
 * await engine.shutdown();
 * ```
 */
export async function connectBridge(
  connection: BridgeConnection,
  options: ConnectBridgeOptions = {},
): Promise<BridgeClient> {
  const { timeoutMs, signal } = checked(options);
  signal?.throwIfAborted();
  const channel = new BridgeChannel(transportOf(connection));
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = (error) => {
      reject(error);
      channel.close(error);
    };
  });
  const message = `The other side did not say who it is within ${timeoutMs}ms`;
  const timer = setTimeout(() => fail(new ExecutionError('ERR_WAIT_TIMEOUT', message)), timeoutMs);
  const stop = signal && onAbort(signal, () => fail(signal.reason));
  try {
    const hello = await Promise.race([channel.hello(), failed] as Promise<WireHello>[]);
    return new RemoteEngine(channel, hello);
  } catch (error) {
    // Its configuration may be one that is not known here.
    channel.close(error);
    throw error;
  } finally {
    clearTimeout(timer);
    stop?.();
  }
}
