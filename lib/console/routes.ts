/** What a page may ask for, by method and path. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionEngineApi } from '../index';
import { type Board, notKnown } from './board';
import { readObject } from './body';
import { Refusal } from './failure';
import { asInput, asSignal, asStartBody, checkNames, requestOf } from './fields';
import { OutputStream } from './output-stream';
import { type StateSource, StateStream } from './state-stream';

/**
 * A browser has six connections for one server, and each page holds up to two of them open: with more pages than these
 * their buttons would wait for ever.
 */
export const MAX_PAGES = 4;
const MAX_OUTPUTS = 2 * MAX_PAGES;
/** Inputs that one execution has not read yet. */
const MAX_WAITING_INPUTS = 16;

export interface RouteContext extends StateSource {
  engine: ExecutionEngineApi;
}

type Fields = Record<string, unknown>;
type Action = (id: string, fields: Fields) => Promise<{ status?: number; value: unknown }>;

export class Routes {
  readonly #context: RouteContext;
  readonly #pages = new Set<StateStream>();
  readonly #waitingInputs = new Map<string, number>();
  #outputs = 0;

  /** What is asked of one execution: `POST /api/executions/<id>/<action>`. */
  readonly #actions: Record<string, Action> = {
    cancel: async (id, fields) => {
      checkNames(fields, []);
      return { value: { cancelled: await this.#context.engine.cancel(id) } };
    },
    kill: async (id, fields) => {
      return { value: { sent: await this.#context.engine.kill(id, asSignal(fields)) } };
    },
    rerun: async (id, fields) => {
      checkNames(fields, []);
      return this.#start(this.#board.bodyOf(id));
    },
    input: async (id, fields) => {
      const input = asInput(fields);
      if ('text' in input) await this.#sendInput(id, input.text);
      else await this.#closeInput(id);
      return { value: {} };
    },
    remove: async (id, fields) => {
      checkNames(fields, []);
      await this.#board.remove(id);
      return { value: {} };
    },
  };

  constructor(context: RouteContext) {
    this.#context = context;
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const [, , collection, id, action] = url.pathname.split('/').map(decodeURIComponent);
    if (request.method === 'GET') {
      if (url.pathname === '/api/state') return this.#streamState(response);
      if (collection === 'executions' && id !== undefined && action === 'output') {
        return this.#streamOutput(response, id, url.searchParams.get('from') ?? '0');
      }
    } else if (request.method === 'POST') {
      const { status = 200, value } = await this.#post(request, url.pathname, id, action);
      return sendJson(response, status, value);
    }
    throw new Refusal(404, 'ERR_NOT_FOUND', `There is no ${request.method} ${url.pathname}`);
  }

  /** Tells every page that the engine has ended. */
  bye(): void {
    for (const page of this.#pages) page.bye();
  }

  get #board(): Board {
    return this.#context.board;
  }

  async #post(
    request: IncomingMessage,
    pathname: string,
    id: string | undefined,
    action: string | undefined,
  ): Promise<{ status?: number; value: unknown }> {
    if (pathname === '/api/executions') return this.#start(asStartBody(await readObject(request)));
    if (pathname === '/api/clear') {
      checkNames(await readObject(request), []);
      return { value: { removed: await this.#board.clear() } };
    }
    const act = Object.hasOwn(this.#actions, action ?? '')
      ? this.#actions[action ?? '']
      : undefined;
    const isAction = pathname.startsWith('/api/executions/') && pathname.split('/').length === 5;
    if (act === undefined || id === undefined || !isAction) {
      throw new Refusal(404, 'ERR_NOT_FOUND', `There is no POST ${pathname}`);
    }
    if (this.#board.row(id) === undefined) throw notKnown(id);
    return act(id, await readObject(request));
  }

  async #start(body: ReturnType<typeof asStartBody>): Promise<{ status: number; value: unknown }> {
    const id = await this.#board.start(body, requestOf(body, this.#context.cwd));
    return { status: 201, value: { id } };
  }

  /** Waits until the execution has read it. */
  async #sendInput(id: string, text: string): Promise<void> {
    const waiting = this.#waitingInputs.get(id) ?? 0;
    if (waiting >= MAX_WAITING_INPUTS) {
      const message = `The execution has not read the last ${MAX_WAITING_INPUTS} inputs yet`;
      throw new Refusal(429, 'ERR_INPUT_FULL', message);
    }
    this.#waitingInputs.set(id, waiting + 1);
    try {
      await this.#context.engine.sendInput(id, text);
    } finally {
      const left = (this.#waitingInputs.get(id) ?? 1) - 1;
      if (left > 0) this.#waitingInputs.set(id, left);
      else this.#waitingInputs.delete(id);
    }
  }

  async #closeInput(id: string): Promise<void> {
    await this.#context.engine.closeInput(id);
    this.#board.inputClosed(id);
  }

  #streamState(response: ServerResponse): void {
    if (this.#pages.size >= MAX_PAGES) {
      const message = `${MAX_PAGES} pages are open already: close one of them`;
      throw new Refusal(503, 'ERR_TOO_MANY_PAGES', message);
    }
    const stream = new StateStream(response, this.#context);
    this.#pages.add(stream);
    response.once('close', () => this.#pages.delete(stream));
  }

  #streamOutput(response: ServerResponse, id: string, from: string): void {
    const tail = this.#board.tails.get(id);
    if (tail === undefined) throw notKnown(id);
    if (!/^\d{1,15}$/.test(from)) {
      throw new Refusal(400, 'ERR_VALIDATION', `'from' must be a number of a line, got '${from}'`);
    }
    if (this.#outputs >= MAX_OUTPUTS) {
      throw new Refusal(503, 'ERR_TOO_MANY_PAGES', 'Too many pages show output: close one of them');
    }
    this.#outputs++;
    response.once('close', () => this.#outputs--);
    new OutputStream(response, tail, Number(from));
  }
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}
