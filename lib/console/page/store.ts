/** The state of all executions, updated by the server. Reconnects after a lost connection. */

import type { Row, Sample, StateMessage } from '../messages';
import { ApiError, stream } from './api';
import { QueueState } from './queue-state';
import { SilenceTimeout } from './silence-timeout';

export type Connection = 'connecting' | 'open' | 'lost' | 'closed' | 'rejected';

const FIRST_RETRY_MS = 400;
const MAX_RETRY_MS = 5000;
const RETRY_FACTOR = 1.7;
export const MAX_SAMPLES = 300;

export class Store {
  readonly rows = new Map<string, Row>();
  samples: Sample[] = [];
  #queue: QueueState | undefined;
  cwd = '';
  allowsPatterns = false;
  maxConcurrent = 0;
  graceMs: number | null = null;
  connection: Connection = 'connecting';
  /** The last error answer of the server. */
  error: ApiError | undefined;
  /** Receives the previous state of changed rows; `undefined` for new ones. */
  onRows: (changed: ReadonlyMap<string, Row | undefined>) => void = () => undefined;
  onSamples: () => void = () => undefined;
  onConnection: () => void = () => undefined;
  /** The difference to the clock of the server, which may be on another machine (tunnel). */
  #clockOffset = 0;
  #lastMessageAt = 0;
  #retryMs = FIRST_RETRY_MS;

  /** By the clock of the server. It stands still without a connection: what runs then is not known. */
  now(): number {
    return this.isOpen ? Date.now() + this.#clockOffset : this.#lastMessageAt;
  }

  get isOpen(): boolean {
    return this.connection === 'open';
  }

  /** Why executions wait. */
  queue(): QueueState {
    const isPaused = this.samples.at(-1)?.paused ?? false;
    this.#queue ??= new QueueState(this.rows.values(), isPaused, this.maxConcurrent);
    return this.#queue;
  }

  /** Stays connected until the server has ended or rejects the token. */
  async run(): Promise<void> {
    for (;;) {
      await this.#connectOnce();
      if (this.connection === 'rejected' || this.connection === 'closed') return;
      await new Promise((resolve) => setTimeout(resolve, this.#retryMs));
      this.#retryMs = Math.min(MAX_RETRY_MS, this.#retryMs * RETRY_FACTOR);
    }
  }

  async #connectOnce(): Promise<void> {
    const abort = new AbortController();
    const silence = new SilenceTimeout(() => abort.abort());
    try {
      for await (const message of stream<StateMessage>('/api/state', abort.signal)) {
        silence.restart();
        this.#handle(message);
      }
      if (this.connection !== 'closed') this.#setConnection('lost');
    } catch (error) {
      this.#handleError(error);
    } finally {
      silence.stop();
    }
  }

  #handleError(error: unknown): void {
    this.error = error instanceof ApiError ? error : undefined;
    if (this.error?.status === 401 || this.error?.status === 403) this.#setConnection('rejected');
    else if (this.connection !== 'closed') this.#setConnection('lost');
  }

  #handle(message: StateMessage): void {
    this.#clockOffset = message.now - Date.now();
    this.#lastMessageAt = message.now;
    if (message.type === 'hello') this.#reset(message);
    else if (message.type === 'rows') this.#change(message.rows, message.removed);
    else if (message.type === 'samples') this.#addSamples(message.samples);
    else if (message.type === 'limit') this.#setLimit(message.maxConcurrent);
    else this.#setConnection('closed');
  }

  #reset(message: Extract<StateMessage, { type: 'hello' }>): void {
    this.#retryMs = FIRST_RETRY_MS;
    this.error = undefined;
    this.cwd = message.cwd;
    this.allowsPatterns = message.allowProgressPatterns;
    this.maxConcurrent = message.maxConcurrent;
    this.graceMs = message.graceMs;
    const present = new Set(message.rows.map(({ id }) => id));
    this.#change(
      message.rows,
      [...this.rows.keys()].filter((id) => !present.has(id)),
    );
    this.samples = [];
    this.#addSamples(message.samples);
    this.#setConnection('open');
  }

  #change(rows: readonly Row[], removed: readonly string[]): void {
    const changed = new Map<string, Row | undefined>();
    for (const row of rows) {
      changed.set(row.id, this.rows.get(row.id));
      this.rows.set(row.id, row);
    }
    for (const id of removed) {
      changed.set(id, this.rows.get(id));
      this.rows.delete(id);
    }
    this.#queue = undefined;
    this.onRows(changed);
  }

  #addSamples(samples: readonly Sample[]): void {
    this.samples = [...this.samples, ...samples].slice(-MAX_SAMPLES);
    this.#queue = undefined;
    this.onSamples();
  }

  #setLimit(maxConcurrent: number): void {
    this.maxConcurrent = maxConcurrent;
    this.#queue = undefined;
    this.onSamples();
    this.onRows(new Map());
  }

  #setConnection(connection: Connection): void {
    this.connection = connection;
    this.onConnection();
  }
}
