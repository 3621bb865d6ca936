import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { type ExecutionConfigInput, ExecutionEngine } from 'escher-execution-engine';
import {
  type BridgeClient,
  connectBridge,
  type ServeBridgeOptions,
  serveBridge,
  type WireError,
  type WireEvent,
  type WireMessage,
  type WirePlanEvent,
  type WireResult,
} from 'escher-execution-engine/bridge';
import { executePlan } from 'escher-execution-engine/plan';
import { sh } from './commands';
import { fixture, root } from './repository';
import { tempDir } from './temp';
import { waitFor } from './wait';

const PROGRAM = join(root, 'dist', 'cli', 'main.js');

interface Event {
  type: 'event';
  payload: WireEvent;
}
type Response = Extract<WireMessage, { type: 'response' }>;

/** `escher-execution-engine bridge` in a process of its own, spoken to in lines. */
export class Bridge {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly messages: WireMessage[] = [];
  stderr = '';
  #rest = '';
  #seq = 0;

  constructor(args: string[] = []) {
    this.child = spawn(process.execPath, [PROGRAM, 'bridge', ...args], {
      cwd: root,
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        PATH: `${fixture('bin')}:${process.env.PATH}`,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child.stdin?.on('error', () => undefined);
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => resolve({ code, signal }));
    });
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** Starts to read what it writes. A bridge without a reader waits. */
  read(): this {
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.#rest + text).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.messages.push(JSON.parse(line) as WireMessage);
    });
    return this;
  }

  write(text: string | Uint8Array): void {
    this.child.stdin?.write(text);
  }

  send(...lines: object[]): void {
    this.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  /** Asks, and waits for the answer. */
  async ask(type: string, fields: object = {}): Promise<Response> {
    const seq = ++this.#seq;
    this.send({ type, seq, ...fields });
    return await this.answer(seq);
  }

  async answer(seq: number): Promise<Response> {
    const is = (message: WireMessage) => message.type === 'response' && message.seq === seq;
    return (await this.message(`the answer to ${seq}`, is)) as Response;
  }

  async event(type: WireEvent['event_type']): Promise<Event> {
    const is = (message: WireMessage) =>
      message.type === 'event' && message.payload.event_type === type;
    return (await this.message(`the event ${type}`, is)) as Event;
  }

  async message(what: string, matches: (message: WireMessage) => boolean): Promise<WireMessage> {
    return (await waitFor(what, () => {
      const found = this.messages.find(matches);
      if (found === undefined && this.child.exitCode !== null) {
        throw new Error(`the bridge ended: ${this.stderr}`);
      }
      return found;
    })) as WireMessage;
  }

  /** Those of executions. */
  events(): WireEvent[] {
    return this.messages.flatMap((message) =>
      message.type === 'event' && !('plan_id' in message.payload) ? [message.payload] : [],
    );
  }

  /** Those of plans. */
  planEvents(): WirePlanEvent[] {
    return this.messages.flatMap((message) =>
      message.type === 'event' && 'plan_id' in message.payload ? [message.payload] : [],
    );
  }

  results(): WireResult[] {
    return this.messages.flatMap((message) => (message.type === 'result' ? [message.payload] : []));
  }

  errors(): WireError[] {
    return this.messages.flatMap((message) => (message.type === 'error' ? [message.payload] : []));
  }
}

const bridges: Bridge[] = [];

export function startBridge(...args: string[]): Bridge {
  const bridge = new Bridge(args);
  bridges.push(bridge);
  return bridge;
}

export interface Pair {
  client: BridgeClient;
  engine: ExecutionEngine;
  served: Promise<string>;
  /** Cuts the connection without a word. */
  cut(reason?: Error): void;
}

const engines: ExecutionEngine[] = [];

/** A client and an engine in this process, with nothing but two streams between them. */
export async function connectedPair(
  config: ExecutionConfigInput = {},
  options: ServeBridgeOptions = {},
  engine = new ExecutionEngine(config),
): Promise<Pair> {
  engines.push(engine);
  const [there, back] = [new PassThrough(), new PassThrough()];
  const all = { executePlan, ...options };
  const served = serveBridge(engine, { readable: there, writable: back }, all);
  const client = await connectBridge({ readable: back, writable: there });
  return {
    client,
    engine,
    served,
    cut(reason) {
      back.destroy(reason);
      there.destroy();
    },
  };
}

const sockets: Socket[] = [];

/** Both ends of a connection. Neither ends its part because the other one does. */
export async function connectedSockets(): Promise<[Socket, Socket]> {
  const path = join(tempDir(), 'bridge.sock');
  const server = createServer({ allowHalfOpen: true }).listen(path);
  const near = connect({ path, allowHalfOpen: true });
  const [far] = (await once(server, 'connection')) as [Socket];
  sockets.push(near, far);
  server.close();
  return [near, far];
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const bridge of bridges.splice(0)) {
    bridge.child.kill('SIGKILL');
    bridge.child.stdout?.resume();
    await bridge.ended;
  }
  await Promise.all(engines.splice(0).map((engine) => engine.shutdown({ graceMs: 0 })));
});

/** A shell request with the names of the wire. */
export const request = (command: string, more: object = {}): object => ({
  ...sh(command),
  ...more,
});

/** The pid of the next execution that starts. */
export async function started(bridge: Bridge): Promise<number> {
  const { payload } = await bridge.event('started');
  return (payload as { pid: number }).pid;
}

/** The items of an iterator that ends. */
export async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}
