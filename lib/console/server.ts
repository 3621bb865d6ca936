/** The server behind the page: on the loopback, for those who have the link. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionEngineApi } from '../index';
import { Board } from './board';
import { answerOf, Refusal } from './failure';
import { checkHost, Guard, makeToken } from './guard';
import { Load } from './load';
import { PageFiles } from './page-files';
import { Routes, sendJson } from './routes';

/** On every answer. */
const HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/** More connections than this are closed at once. */
const MAX_CONNECTIONS = 64;
const REQUEST_TIMEOUT_MS = 30_000;

export interface ConsoleOptions {
  host: '127.0.0.1' | '::1';
  /** 0: any free one. */
  port: number;
  /** Where commands start that name no directory. */
  cwd: string;
}

export class ConsoleServer {
  readonly #server: Server;
  readonly #options: ConsoleOptions;
  readonly #token = makeToken();
  readonly #guard = new Guard(this.#token);
  readonly #files = new PageFiles();
  readonly #load: Load;
  readonly #routes: Routes;

  constructor(engine: ExecutionEngineApi, options: ConsoleOptions) {
    this.#options = options;
    const board = new Board(engine);
    this.#load = new Load(engine, board);
    const { maxConcurrentExecutions: maxConcurrent } = engine.config;
    this.#routes = new Routes({ engine, board, load: this.#load, cwd: options.cwd, maxConcurrent });
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.requestTimeout = REQUEST_TIMEOUT_MS;
  }

  /** Rejects with the error of the system when the port is taken or not allowed. */
  async listen(): Promise<void> {
    const { host, port } = this.#options;
    this.#server.listen({ host, port });
    await once(this.#server, 'listening');
  }

  /** Opens the page. The token stands behind `#`, which browsers send to nobody. */
  get link(): string {
    const { address, port, family } = this.#server.address() as AddressInfo;
    const host = family === 'IPv6' ? `[${address}]` : address;
    return `http://${host}:${port}/#token=${this.#token}`;
  }

  /** Says good-bye to the pages and closes all connections. */
  async close(): Promise<void> {
    this.#load.stop();
    this.#routes.bye();
    const closed = once(this.#server, 'close');
    this.#server.close();
    // What was written is on its way; nobody is waited for.
    setImmediate(() => this.#server.closeAllConnections());
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    try {
      await this.#route(request, response);
    } catch (error) {
      this.#refuse(request, response, error);
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    checkHost(request);
    const url = parseUrl(request.url);
    if (!url.pathname.startsWith('/api/')) {
      if (request.method === 'GET' && this.#files.serve(url.pathname, response)) return;
      throw new Refusal(404, 'ERR_NOT_FOUND', `There is no ${request.method} ${url.pathname}`);
    }
    this.#guard.check(request);
    await this.#routes.handle(request, response, url);
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { status, body } = answerOf(error);
    // What is left of a body that was refused must not be taken for the next request.
    if (!request.complete) response.setHeader('Connection', 'close');
    sendJson(response, status, body);
  }
}

function parseUrl(text: string | undefined): URL {
  try {
    const url = new URL(`http://localhost${text}`);
    decodeURIComponent(url.pathname);
    return url;
  } catch {
    throw new Refusal(400, 'ERR_URL', 'The address makes no sense.');
  }
}
