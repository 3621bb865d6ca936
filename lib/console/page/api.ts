/** Asks the server. */

import type { ErrorBody, StartBody } from '../wire';
import { token } from './token';

/** An answer that says no. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, { error }: ErrorBody) {
    super(error.message);
    this.status = status;
    this.code = error.code;
  }
}

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(path, {
    ...init,
    headers: { ...init.headers, Authorization: `Bearer ${token() ?? ''}` },
  });
  if (!response.ok) throw new Refused(response.status, (await response.json()) as ErrorBody);
  return response;
}

async function post<T>(path: string, body: unknown = {}): Promise<T> {
  const response = await ask(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await response.json()) as T;
}

const of = (id: string, action: string): string =>
  `/api/executions/${encodeURIComponent(id)}/${action}`;

export const api = {
  start: (body: StartBody) => post<{ id: string }>('/api/executions', body),
  rerun: (id: string) => post<{ id: string }>(of(id, 'rerun')),
  cancel: (id: string) => post<{ cancelled: boolean }>(of(id, 'cancel')),
  kill: (id: string, signal: string) => post<{ sent: boolean }>(of(id, 'kill'), { signal }),
  input: (id: string, input: { text: string } | { close: true }) => post(of(id, 'input'), input),
  remove: (id: string) => post(of(id, 'remove')),
  clear: () => post<{ removed: number }>('/api/clear'),
};

/** The messages of one long answer. Read no faster than they are used: the server then skips. */
export async function* stream<T>(path: string, signal: AbortSignal): AsyncGenerator<T> {
  const response = await ask(path, { signal });
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let pieces: string[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = value.split('\n');
    for (const line of lines.slice(0, -1)) {
      yield JSON.parse([...pieces, line].join('')) as T;
      pieces = [];
    }
    pieces.push(lines.at(-1) ?? '');
  }
}

/** A connection that says nothing for so long is dead: the machine slept, a tunnel broke. */
export const SILENCE_MS = 15_000;

/** Aborts when {@link Watchdog.feed} is not called for a while. */
export class Watchdog {
  readonly #onSilence: () => void;
  #timer: number | undefined;

  constructor(onSilence: () => void) {
    this.#onSilence = onSilence;
    this.feed();
  }

  feed(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(this.#onSilence, SILENCE_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
