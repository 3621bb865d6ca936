/** The requests of a page, by method and path. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionEngineApi } from '../../../types/api';
import type { StartBody } from '../messages';
import { Downloads } from './downloads';
import { EngineActions } from './engine-actions';
import type { ExecutionRegistry } from './execution-registry';
import { executionNotFound, HttpError, routeNotFound, validationError } from './http-error';
import { InputQueue } from './input-queue';
import { OutputResponse } from './output-response';
import { readObject } from './request-body';
import {
  asInput,
  asSignal,
  asSize,
  asStartBody,
  type Fields,
  rejectUnknown,
  toExecutionRequest,
} from './request-checks';
import { StateResponse, type StateSource } from './state-response';

/**
 * A browser opens at most six connections to a server, and a page uses up to two of them: with more pages, their other
 * requests would wait forever.
 */
export const MAX_PAGES = 4;
const MAX_OUTPUT_RESPONSES = 2 * MAX_PAGES;

export interface RouteContext extends StateSource {
  engine: ExecutionEngineApi;
}

interface Answer {
  status: number;
  value: unknown;
}

const ok = (value: unknown): Answer => ({ status: 200, value });

type Action = (id: string, fields: Fields) => Promise<Answer>;

export class Routes {
  readonly #context: RouteContext;
  readonly #inputs: InputQueue;
  readonly #downloads: Downloads;
  readonly #engineActions: EngineActions;
  readonly #pages = new Set<StateResponse>();
  #outputResponses = 0;
  #isClosed = false;

  /** `POST /api/executions/<id>/<action>` */
  readonly #actions: ReadonlyMap<string, Action> = new Map<string, Action>([
    ['cancel', (id, fields) => this.#cancel(id, fields)],
    ['kill', (id, fields) => this.#kill(id, fields)],
    ['rerun', (id, fields) => this.#rerun(id, fields)],
    ['input', (id, fields) => this.#input(id, fields)],
    ['resize', (id, fields) => this.#resize(id, fields)],
    ['remove', (id, fields) => this.#remove(id, fields)],
  ]);

  constructor(context: RouteContext) {
    this.#context = context;
    this.#inputs = new InputQueue(context.engine);
    this.#downloads = new Downloads(context.registry);
    this.#engineActions = new EngineActions(context.engine, (maxConcurrent) => {
      context.maxConcurrent = maxConcurrent;
      for (const page of this.#pages) page.limitChanged(maxConcurrent);
    });
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const { method } = request;
    const { pathname, searchParams } = url;
    const [, , collection, id, action] = pathname.split('/').map(decodeURIComponent);
    if (method === 'POST') {
      const { status, value } = await this.#post(request, pathname, id, action);
      return sendJson(response, status, value);
    }
    if (method === 'GET' && pathname === '/api/state') return this.#streamState(response);
    if (method === 'GET' && collection === 'executions' && id !== undefined) {
      if (action === 'output')
        return this.#streamOutput(response, id, searchParams.get('from') ?? '0');
      if (action === 'log') return this.#downloads.send(response, id, searchParams);
    }
    throw routeNotFound(method, pathname);
  }

  /** Reports to every page, also to later ones, that the engine or its console has ended. */
  close(): void {
    this.#isClosed = true;
    for (const page of this.#pages) page.close();
  }

  get #registry(): ExecutionRegistry {
    return this.#context.registry;
  }

  async #post(
    request: IncomingMessage,
    pathname: string,
    id: string | undefined,
    actionName: string | undefined,
  ): Promise<Answer> {
    if (pathname === '/api/executions') return this.#start(this.#bodyOf(await readObject(request)));
    if (pathname === '/api/clear') return this.#clear(await readObject(request));
    const engineAction = this.#engineActions.find(pathname);
    if (engineAction !== undefined) return ok(await engineAction(await readObject(request)));
    const plan = /^\/api\/plans\/([^/]+)\/cancel$/.test(pathname) ? id : undefined;
    if (plan !== undefined) {
      return ok(await this.#engineActions.cancelPlan(plan, await readObject(request)));
    }
    const action = this.#actions.get(actionName ?? '');
    const isAction = pathname.startsWith('/api/executions/') && pathname.split('/').length === 5;
    if (action === undefined || id === undefined || !isAction) {
      throw routeNotFound('POST', pathname);
    }
    if (this.#registry.row(id) === undefined) throw executionNotFound(id);
    return action(id, await readObject(request));
  }

  #bodyOf(fields: Fields): StartBody {
    return asStartBody(fields, this.#context.allowProgressPatterns);
  }

  async #start(body: StartBody): Promise<Answer> {
    const id = await this.#registry.start(body, toExecutionRequest(body, this.#context.cwd));
    return { status: 201, value: { id } };
  }

  async #clear(fields: Fields): Promise<Answer> {
    rejectUnknown(fields, []);
    return ok({ removed: await this.#registry.clear() });
  }

  async #cancel(id: string, fields: Fields): Promise<Answer> {
    rejectUnknown(fields, []);
    return ok({ cancelled: await this.#context.engine.cancel(id) });
  }

  async #kill(id: string, fields: Fields): Promise<Answer> {
    return ok({ sent: await this.#context.engine.kill(id, asSignal(fields)) });
  }

  async #rerun(id: string, fields: Fields): Promise<Answer> {
    rejectUnknown(fields, []);
    return this.#start(this.#registry.bodyOf(id));
  }

  async #input(id: string, fields: Fields): Promise<Answer> {
    const input = asInput(fields);
    if ('text' in input) {
      await this.#inputs.send(id, input.text);
    } else {
      await this.#context.engine.closeInput(id);
      this.#registry.setInputClosed(id);
    }
    return ok({});
  }

  async #resize(id: string, fields: Fields): Promise<Answer> {
    await this.#context.engine.resize(id, asSize(fields));
    return ok({});
  }

  async #remove(id: string, fields: Fields): Promise<Answer> {
    rejectUnknown(fields, []);
    await this.#registry.remove(id);
    return ok({});
  }

  #streamState(response: ServerResponse): void {
    if (this.#pages.size >= MAX_PAGES) {
      const message = `At most ${MAX_PAGES} pages can be open: close one of them`;
      throw new HttpError(503, 'ERR_TOO_MANY_PAGES', message);
    }
    const page = new StateResponse(response, this.#context);
    this.#pages.add(page);
    response.once('close', () => this.#pages.delete(page));
    if (this.#isClosed) page.close();
  }

  #streamOutput(response: ServerResponse, id: string, from: string): void {
    const tail = this.#registry.tails.get(id);
    if (tail === undefined) throw executionNotFound(id);
    if (!/^\d{1,15}$/.test(from)) {
      throw validationError(`'from' must be the number of a line, received '${from}'`);
    }
    if (this.#outputResponses >= MAX_OUTPUT_RESPONSES) {
      const message = 'Too many pages show output: close one of them';
      throw new HttpError(503, 'ERR_TOO_MANY_PAGES', message);
    }
    this.#outputResponses++;
    response.once('close', () => this.#outputResponses--);
    new OutputResponse(response, tail, Number(from));
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
