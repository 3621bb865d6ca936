// An engine in another process, as ESM sees it. Checked by the compiler, never run.
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { ExecutionEngine, type ExecutionEngineApi } from 'escher-execution-engine';
import {
  type BridgeClient,
  connectBridge,
  eventFromWire,
  requestFromWire,
  serveBridge,
  type WireMessage,
  type WireRequest,
} from 'escher-execution-engine/bridge';

const sidecar = spawn('escher-execution-engine', ['bridge'], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
export const client: BridgeClient = await connectBridge(sidecar);
export const engine: ExecutionEngineApi = client;
export const overSocket = connectBridge(connect('/tmp/engine.sock'), { timeoutMs: 1000 });
export const overLines = connectBridge({
  send: async (line: string) => line.length,
  onLine: (callback) => callback('{}'),
  close: () => undefined,
});

client.run({ command: { type: 'exec', program: 'cat' }, stdin: 'pipe' }).stdin.end('text');
// @ts-expect-error: without `stdin: 'pipe'` there may be none
client.run({ command: { type: 'exec', program: 'cat' } }).stdin.end('text');

export const end: Promise<'input' | 'output' | 'shutdown' | 'aborted'> = serveBridge(
  new ExecutionEngine(),
  { readable: process.stdin, writable: process.stdout },
  { atEnd: 'wait' },
);

const wire: WireRequest = { command: { type: 'aws_cli', service: 's3', operation: 'ls' } };
requestFromWire(wire);
// @ts-expect-error: on the wire names are in snake_case
requestFromWire({ command: { type: 'exec', program: 'true' }, timeoutMs: 1 });

export function lineOf(message: WireMessage): string | undefined {
  if (message.type !== 'event') return undefined;
  const event = eventFromWire(message.payload);
  return event?.name === 'stdout' ? event.payload.line : undefined;
}
