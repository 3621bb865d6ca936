import { type ChildProcess, spawn } from 'node:child_process';
import http from 'node:http';
import { join } from 'node:path';
import { root } from './repository';
import { GUARD_MS, waitFor } from './wait';

const program = join(root, 'dist', 'cli', 'main.js');

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the tests check the fields of the answer.
  json: any;
}

export interface AskOptions {
  method?: string;
  headers?: http.OutgoingHttpHeaders;
  body?: unknown;
  /** Instead of the token of the console; `null`: none. */
  token?: string | null;
}

// biome-ignore lint/suspicious/noExplicitAny: as above.
export type Message = Record<string, any>;

/** Sends the requests of a page. */
export abstract class ConsoleClient {
  /** The link to the page. */
  abstract get link(): string;

  get port(): number {
    return Number(new URL(this.link).port);
  }

  get token(): string {
    return this.link.replace(/.*#token=/, '');
  }

  /** Sends a request as the page does. */
  ask(path: string, options: AskOptions = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = this.request(path, options, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.once('end', () => {
          const { statusCode: status = 0, headers } = response;
          const isJson = headers['content-type']?.startsWith('application/json');
          resolve({ status, headers, text, json: isJson ? JSON.parse(text) : undefined });
        });
      });
      request.once('error', reject);
    });
  }

  post(path: string, body: unknown = {}): Promise<Answer> {
    return this.ask(path, { method: 'POST', body });
  }

  async start(command: string, more: Record<string, unknown> = {}): Promise<string> {
    const { status, json, text } = await this.post('/api/executions', { command, ...more });
    if (status !== 201) throw new Error(`not started: ${status} ${text}`);
    return json.id;
  }

  request(
    path: string,
    { method = 'GET', headers = {}, body, token = this.token }: AskOptions,
    onResponse: (response: http.IncomingMessage) => void,
  ): http.ClientRequest {
    const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
    const request = http.request(
      {
        host: '127.0.0.1',
        port: this.port,
        path,
        method,
        agent: false,
        headers: {
          ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
      },
      onResponse,
    );
    request.end(text);
    return request;
  }

  /** The messages of a response of JSON lines. */
  stream(path: string): MessageStream {
    return new MessageStream(this, path);
  }
}

/** A console in its own process. */
export class ConsoleProcess extends ConsoleClient {
  stdout = '';
  stderr = '';
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  constructor(args: string[] = [], nodeArgs: string[] = [], env: Record<string, string> = {}) {
    super();
    this.child = spawn(process.execPath, [...nodeArgs, program, 'console', ...args], {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    const guard = setTimeout(() => this.child.kill('SIGKILL'), 4 * GUARD_MS);
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        clearTimeout(guard);
        resolve({ code, signal });
      });
    });
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the console did not start');
    return this.child.pid;
  }

  get link(): string {
    return this.stdout.trim();
  }

  async listening(): Promise<this> {
    await waitFor('the link of the console', () => {
      if (this.child.exitCode !== null) throw new Error(`the console ended: ${this.stderr}`);
      return this.stdout.endsWith('\n');
    });
    return this;
  }
}

export class MessageStream {
  readonly messages: Message[] = [];
  isOver = false;
  response: http.IncomingMessage | undefined;
  readonly #request: http.ClientRequest;

  constructor(server: ConsoleClient, path: string) {
    let rest = '';
    this.#request = server.request(path, {}, (response) => {
      this.response = response;
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        this.messages.push(...lines.map((line) => JSON.parse(line)));
      });
      response.on('close', () => {
        this.isOver = true;
      });
      response.on('error', () => undefined);
    });
    this.#request.on('error', () => {
      this.isOver = true;
    });
  }

  close(): void {
    this.#request.destroy();
  }

  /** The latest report on an execution. */
  row(id: string): Message | undefined {
    return this.messages
      .flatMap(({ rows = [] }) => rows as Message[])
      .filter((row) => row.id === id)
      .at(-1);
  }

  text(): string {
    return this.messages
      .flatMap(({ chunks = [] }) => chunks as Message[])
      .map(({ text, partial }) => (partial ? text : `${text}\n`))
      .join('');
  }

  until(what: string, fact: () => unknown): Promise<unknown> {
    return waitFor(what, fact, 2 * GUARD_MS);
  }

  over(): Promise<unknown> {
    return waitFor('the end of the stream', () => this.isOver);
  }
}

const started: ConsoleProcess[] = [];

/** A console that ends with the test. */
export function startConsole(
  args: string[] = [],
  nodeArgs: string[] = [],
  env: Record<string, string> = {},
): ConsoleProcess {
  const server = new ConsoleProcess(args, nodeArgs, env);
  started.push(server);
  return server;
}

afterEach(async () => {
  for (const server of started.splice(0)) {
    // The second signal kills immediately.
    server.child.kill('SIGINT');
    server.child.kill('SIGTERM');
    await server.ended;
  }
});
