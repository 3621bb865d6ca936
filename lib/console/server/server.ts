/** The HTTP server of the console, on the loopback interface. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionEngineApi } from '../../../types/api';
import { shutdownGraceMs } from '../../core/index';
import { Adoption } from './adoption';
import { ConnectionLimit } from './connection-limit';
import { ExecutionRegistry } from './execution-registry';
import { errorAnswer, HttpError, routeNotFound } from './http-error';
import { LoadMeter } from './load-meter';
import { PageFiles } from './page-files';
import { Routes, sendJson } from './routes';
import { checkHost, createToken, TokenCheck } from './token-check';

/** Headers of every answer. */
const HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

const MAX_CONNECTIONS = 64;
const REQUEST_TIMEOUT_MS = 30_000;

export interface ConsoleOptions {
  host: '127.0.0.1' | '::1';
  /** 0: a free one. */
  port: number;
  /** Working directory of commands that set none. */
  cwd: string;
  /** Accepts the `progress` patterns of pages, which run in this process. */
  allowProgressPatterns: boolean;
  /** The engine is the caller's: pages show all of its executions, and remove no records. */
  adopts?: boolean | undefined;
}

export class ConsoleServer {
  readonly #server: Server;
  readonly #connectionLimit: ConnectionLimit;
  readonly #options: ConsoleOptions;
  readonly #token = createToken();
  readonly #tokenCheck = new TokenCheck(this.#token);
  readonly #files = new PageFiles();
  readonly #load: LoadMeter;
  readonly #routes: Routes;
  readonly #registry: ExecutionRegistry;
  readonly #adoption: Adoption | undefined;

  constructor(engine: ExecutionEngineApi, options: ConsoleOptions) {
    this.#options = options;
    const registry = new ExecutionRegistry(engine, options.adopts);
    this.#registry = registry;
    if (options.adopts) this.#adoption = new Adoption(engine, registry);
    const load = new LoadMeter(engine, registry);
    const { maxConcurrentExecutions: maxConcurrent } = engine.config;
    const graceMs = graceOf(engine.config);
    this.#load = load;
    const { cwd, allowProgressPatterns } = options;
    const facts = { cwd, maxConcurrent, graceMs, allowProgressPatterns };
    this.#routes = new Routes({ engine, registry, load, ...facts });
    load.onEngineClosed = () => this.#routes.close();
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#connectionLimit = new ConnectionLimit(this.#server, MAX_CONNECTIONS);
    this.#server.requestTimeout = REQUEST_TIMEOUT_MS;
  }

  /** Rejects with the error of the system if the port is not available. */
  async listen(): Promise<void> {
    const { host, port } = this.#options;
    this.#server.listen({ host, port });
    await once(this.#server, 'listening');
  }

  /** Adds the executions that the engine has already. */
  async adopt(): Promise<void> {
    await this.#adoption?.begin();
  }

  /** The token is in the fragment, which browsers never send. */
  get link(): string {
    const { address, port, family } = this.#server.address() as AddressInfo;
    const host = family === 'IPv6' ? `[${address}]` : address;
    return `http://${host}:${port}/#token=${this.#token}`;
  }

  /** Reports the end to the pages, and closes all connections. */
  async close(): Promise<void> {
    this.#load.stop();
    this.#adoption?.stop();
    this.#registry.close();
    this.#routes.close();
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    // After the last messages were passed to the system; a page that does not read delays nothing.
    setImmediate(() => this.#server.closeAllConnections());
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    try {
      await this.#route(request, response);
    } catch (error) {
      sendError(request, response, error);
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    checkHost(request);
    const url = parseUrl(request.url);
    if (!url.pathname.startsWith('/api/')) {
      if (request.method === 'GET' && this.#files.serve(url.pathname, response)) return;
      throw routeNotFound(request.method, url.pathname);
    }
    this.#tokenCheck.check(request);
    this.#connectionLimit.protect(response);
    await this.#routes.handle(request, response, url);
  }
}

/** Milliseconds from a cancel to `SIGKILL`, which never follows with `forceKillAfterDelayMs: false`. */
function graceOf(config: ExecutionEngineApi['config']): number | null {
  const isEndless = config.stop === undefined && config.forceKillAfterDelayMs === false;
  return isEndless ? null : shutdownGraceMs(config);
}

function sendError(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, body } = errorAnswer(error);
  // The rest of a rejected body must not be parsed as the next request.
  if (!request.complete) response.setHeader('Connection', 'close');
  sendJson(response, status, body);
}

function parseUrl(text: string | undefined): URL {
  try {
    const url = new URL(`http://localhost${text}`);
    decodeURIComponent(url.pathname);
    return url;
  } catch {
    throw new HttpError(400, 'ERR_URL', `Invalid address: ${text}`);
  }
}
