/** What this page knows, kept up to date by the server, over lost connections too. */

import type { Row, Sample, StateMessage } from '../wire';
import { Refused, stream, Watchdog } from './api';

export type Connection = 'connecting' | 'open' | 'lost' | 'closed' | 'refused';

const FIRST_RETRY_MS = 400;
const MAX_RETRY_MS = 5000;
export const MAX_SAMPLES = 300;

export class Store {
  readonly rows = new Map<string, Row>();
  samples: Sample[] = [];
  cwd = '';
  maxConcurrent = 0;
  connection: Connection = 'connecting';
  /** Why the server wants nothing of this page. */
  refusal: Refused | undefined;
  /** Told of changed rows: their state before, `undefined` for new ones. */
  onRows: (changed: ReadonlyMap<string, Row | undefined>) => void = () => undefined;
  onSamples: () => void = () => undefined;
  onConnection: () => void = () => undefined;
  /** Of the clock of the server against the own one: a tunnel may lead to another machine. */
  #clockOffset = 0;
  #retryMs = FIRST_RETRY_MS;
  #isKnown = false;

  now(): number {
    return Date.now() + this.#clockOffset;
  }

  /** Whether the rows are those of the server, and not those of an empty page. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Stays connected until the server refuses. */
  async run(): Promise<void> {
    for (;;) {
      await this.#connectOnce();
      if (this.connection === 'refused') return;
      await new Promise((resolve) => setTimeout(resolve, this.#retryMs));
      this.#retryMs = Math.min(MAX_RETRY_MS, this.#retryMs * 1.7);
    }
  }

  async #connectOnce(): Promise<void> {
    const abort = new AbortController();
    const watchdog = new Watchdog(() => abort.abort());
    try {
      for await (const message of stream<StateMessage>('/api/state', abort.signal)) {
        watchdog.feed();
        this.#take(message);
      }
      if (this.connection !== 'closed') this.#setConnection('lost');
    } catch (error) {
      this.#failed(error);
    } finally {
      watchdog.stop();
    }
  }

  #failed(error: unknown): void {
    this.refusal = error instanceof Refused ? error : undefined;
    if (this.refusal?.status === 401 || this.refusal?.status === 403)
      this.#setConnection('refused');
    else if (this.connection !== 'closed') this.#setConnection('lost');
  }

  #take(message: StateMessage): void {
    this.#clockOffset = message.now - Date.now();
    if (message.type === 'hello') this.#hello(message);
    else if (message.type === 'rows') this.#change(message.rows, message.removed);
    else if (message.type === 'samples') this.#addSamples(message.samples);
    else this.#setConnection('closed');
  }

  #hello(message: Extract<StateMessage, { type: 'hello' }>): void {
    this.#retryMs = FIRST_RETRY_MS;
    this.refusal = undefined;
    this.cwd = message.cwd;
    this.maxConcurrent = message.maxConcurrent;
    this.#isKnown = true;
    const there = new Set(message.rows.map(({ id }) => id));
    this.#change(
      message.rows,
      [...this.rows.keys()].filter((id) => !there.has(id)),
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
    this.onRows(changed);
  }

  #addSamples(samples: readonly Sample[]): void {
    this.samples = [...this.samples, ...samples].slice(-MAX_SAMPLES);
    this.onSamples();
  }

  #setConnection(connection: Connection): void {
    this.connection = connection;
    this.onConnection();
  }
}
