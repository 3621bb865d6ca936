/** The executions of the console, and the pages that watch them. */

import type { ExecutionEngineApi } from '../../../types/api';
import type { OutputEvent, TerminalEvent } from '../../../types/events';
import type { ExecutionRequest } from '../../../types/request';
import { setAllOwn } from '../../core/index';
import type { Row, StartBody } from '../messages';
import { executionNotFound, HttpError } from './http-error';
import { OutputTails } from './output-tails';
import { pendingRow, settledFields } from './row';

interface Entry {
  row: Row;
  /** For a rerun. Never sent to a page: the environment may contain secrets. */
  body: StartBody;
}

/** Receives ids only: what a slow page has not read yet is a set of ids. */
export interface RegistryWatcher {
  changed(id: string): void;
  removed(id: string): void;
}

/** Finished executions that are kept. */
export const MAX_FINISHED = 500;

export class ExecutionRegistry {
  readonly tails = new OutputTails();
  readonly watchers = new Set<RegistryWatcher>();
  readonly #engine: ExecutionEngineApi;
  readonly #entries = new Map<string, Entry>();
  /** In the order of their end. */
  readonly #finished = new Set<string>();

  constructor(engine: ExecutionEngineApi) {
    this.#engine = engine;
    engine.on('started', ({ executionId, pid, timestamp }) => {
      this.#update(executionId, { pid, startedAt: timestamp });
    });
    engine.on('statusChanged', ({ executionId, newStatus }) => {
      this.#update(executionId, { status: newStatus });
    });
    engine.on('progress', ({ executionId, fraction, label }) => {
      this.#update(executionId, { progress: { fraction, label } });
    });
    engine.on('output', (event) => this.#onOutput(event));
    engine.on('settled', (event) => this.#onSettled(event));
  }

  /** In the order of their requests. */
  rows(): Row[] {
    return [...this.#entries.values()].map(({ row }) => row);
  }

  row(id: string): Row | undefined {
    return this.#entries.get(id)?.row;
  }

  /** The body that {@link start} received. Throws an {@link HttpError} for an unknown id. */
  bodyOf(id: string): StartBody {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw executionNotFound(id);
    return entry.body;
  }

  async start(body: StartBody, request: ExecutionRequest): Promise<string> {
    const requestedAt = Date.now();
    const id = await this.#engine.execute(request);
    // The promise resolves before the first event.
    this.#entries.set(id, { row: pendingRow(id, body, request, requestedAt), body });
    this.tails.open(id);
    this.#notifyChanged(id);
    return id;
  }

  /** Removes a finished execution. Throws an {@link HttpError} for any other. */
  async remove(id: string): Promise<void> {
    if (!this.#entries.has(id)) throw executionNotFound(id);
    if (!this.#finished.has(id)) {
      const message = `Execution ${id} has not ended: cancel it first`;
      throw new HttpError(409, 'ERR_EXECUTION_ACTIVE', message);
    }
    this.#entries.delete(id);
    this.#finished.delete(id);
    this.tails.remove(id);
    for (const watcher of this.watchers) watcher.removed(id);
    await this.#engine.removeExecution(id);
  }

  /** Removes all finished executions, and returns their number. */
  async clear(): Promise<number> {
    const ids = [...this.#finished];
    await Promise.all(ids.map((id) => this.remove(id)));
    return ids.length;
  }

  /** The root processes of running executions. */
  running(): { id: string; pid: number }[] {
    const found: { id: string; pid: number }[] = [];
    for (const { row } of this.#entries.values()) {
      if (row.status === 'running' && row.pid !== null) found.push({ id: row.id, pid: row.pid });
    }
    return found;
  }

  setUsage(id: string, usage: Pick<Row, 'cpuMs' | 'cpuPercent' | 'memory'>): void {
    if (this.row(id)?.status === 'running') this.#update(id, usage);
  }

  setInputClosed(id: string): void {
    if (this.row(id)?.input === 'open') this.#update(id, { input: 'closed' });
  }

  #onOutput(event: OutputEvent): void {
    const { executionId, lines, partial } = event;
    this.tails.add(event);
    const before = this.row(executionId)?.lines ?? 0;
    // An unfinished line counts when its last piece arrives.
    this.#update(executionId, { lines: before + lines.length - (partial ? 1 : 0) });
  }

  #onSettled({ executionId, result }: TerminalEvent): void {
    const row = this.row(executionId);
    if (row === undefined) return;
    this.#update(executionId, settledFields(row, result));
    this.tails.end(executionId);
    this.#finished.add(executionId);
    const [oldest] = this.#finished;
    if (this.#finished.size > MAX_FINISHED && oldest !== undefined) void this.remove(oldest);
  }

  #update(id: string, change: Partial<Row>): void {
    const row = this.row(id);
    if (row === undefined) return;
    setAllOwn(row, change);
    this.#notifyChanged(id);
  }

  #notifyChanged(id: string): void {
    for (const watcher of this.watchers) watcher.changed(id);
  }
}
