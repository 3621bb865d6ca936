/** Requests to the server. */

import type { ErrorBody, LimitBody, StartBody } from '../messages';
import type { TextOptions } from './output-text';
import { token } from './token';

/** An answer with an error status. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, { error }: ErrorBody) {
    super(error.message);
    this.status = status;
    this.code = error.code;
  }
}

async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(path, {
    ...init,
    headers: { ...init.headers, Authorization: `Bearer ${token() ?? ''}` },
  });
  if (!response.ok) throw new ApiError(response.status, (await response.json()) as ErrorBody);
  return response;
}

async function post<T>(path: string, body: unknown = {}): Promise<T> {
  const response = await request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await response.json()) as T;
}

const executionPath = (id: string, action: string): string =>
  `/api/executions/${encodeURIComponent(id)}/${action}`;

export const api = {
  start: (body: StartBody) => post<{ id: string }>('/api/executions', body),
  rerun: (id: string) => post<{ id: string }>(executionPath(id, 'rerun')),
  cancel: (id: string) => post<{ cancelled: boolean }>(executionPath(id, 'cancel')),
  kill: (id: string, signal: string) =>
    post<{ sent: boolean }>(executionPath(id, 'kill'), { signal }),
  input: (id: string, input: { text: string } | { close: true }) =>
    post(executionPath(id, 'input'), input),
  resize: (id: string, size: { cols: number; rows: number }) =>
    post(executionPath(id, 'resize'), size),
  remove: (id: string) => post(executionPath(id, 'remove')),
  log: async (id: string, { stream, times }: TextOptions) => {
    const query = new URLSearchParams({ times: times ? '1' : '0' });
    if (stream !== undefined) query.set('stream', stream);
    const response = await request(`${executionPath(id, 'log')}?${query}`);
    return { blob: await response.blob(), name: fileName(response) };
  },
  pause: () => post('/api/pause'),
  resume: () => post('/api/resume'),
  setLimit: (body: LimitBody) => post('/api/limit', body),
  cancelPlan: (id: string) =>
    post<{ cancelled: number }>(`/api/plans/${encodeURIComponent(id)}/cancel`),
  clear: () => post<{ removed: number }>('/api/clear'),
};

function fileName({ headers }: Response): string {
  const [, name] = /filename\*=UTF-8''([^;]+)/.exec(headers.get('Content-Disposition') ?? '') ?? [];
  return name === undefined ? 'output.log' : decodeURIComponent(name);
}

/** The messages of a response of JSON lines. The server skips output if the messages are read slowly. */
export async function* stream<T>(path: string, signal: AbortSignal): AsyncGenerator<T> {
  const response = await request(path, { signal });
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let unfinished: string[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = value.split('\n');
    for (const line of lines.slice(0, -1)) {
      yield JSON.parse([...unfinished, line].join('')) as T;
      unfinished = [];
    }
    unfinished.push(lines.at(-1) ?? '');
  }
}
