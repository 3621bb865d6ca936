/** The executions of the console: what is known of each, and who is told of changes. */

import type {
  ExecutionEngineApi,
  ExecutionRequest,
  OutputEvent,
  StartedEvent,
  StatusChangedEvent,
  TerminalEvent,
} from '../index';
import { Refusal } from './failure';
import { endOf, newRow } from './row';
import { Tails } from './tails';
import type { Row, StartBody } from './wire';

interface Entry {
  row: Row;
  /** For running it again. Never sent to a page: its environment may hold secrets. */
  body: StartBody;
}

/** Told of changes; never of what changed, so that a slow page costs a set of names and no more. */
export interface BoardWatcher {
  changed(id: string): void;
  removed(id: string): void;
}

/** How many finished executions stay in the lists. */
export const MAX_FINISHED = 500;

export class Board {
  readonly tails = new Tails();
  readonly watchers = new Set<BoardWatcher>();
  readonly #engine: ExecutionEngineApi;
  readonly #entries = new Map<string, Entry>();
  /** In the order of their end. */
  readonly #finished = new Set<string>();

  constructor(engine: ExecutionEngineApi) {
    this.#engine = engine;
    engine.on('started', (event) => this.#started(event));
    engine.on('statusChanged', (event) => this.#statusChanged(event));
    engine.on('output', (event) => this.#output(event));
    engine.on('settled', (event) => this.#settled(event));
    engine.on('progress', ({ executionId, fraction, label }) => {
      this.#update(executionId, { progress: { fraction, label } });
    });
  }

  /** In the order in which they were asked for. */
  rows(): Row[] {
    return [...this.#entries.values()].map(({ row }) => row);
  }

  row(id: string): Row | undefined {
    return this.#entries.get(id)?.row;
  }

  /** What {@link start} was given. Throws a {@link Refusal} for an id that is not known. */
  bodyOf(id: string): StartBody {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw notKnown(id);
    return entry.body;
  }

  async start(body: StartBody, request: ExecutionRequest): Promise<string> {
    const askedAt = Date.now();
    const id = await this.#engine.execute(request);
    // Whoever awaits the id has it before the first event.
    this.#entries.set(id, { row: newRow(id, body, request, askedAt), body });
    this.tails.open(id);
    this.#tellChanged(id);
    return id;
  }

  /** Forgets a finished execution. Throws a {@link Refusal} for one that is not. */
  async remove(id: string): Promise<void> {
    if (!this.#entries.has(id)) throw notKnown(id);
    if (!this.#finished.has(id)) {
      throw new Refusal(
        409,
        'ERR_EXECUTION_ACTIVE',
        `Execution ${id} has not ended: cancel it first`,
      );
    }
    this.#entries.delete(id);
    this.#finished.delete(id);
    this.tails.remove(id);
    for (const watcher of this.watchers) watcher.removed(id);
    await this.#engine.removeExecution(id);
  }

  /** Forgets all that are finished; gives how many. */
  async clear(): Promise<number> {
    const ids = [...this.#finished];
    await Promise.all(ids.map((id) => this.remove(id)));
    return ids.length;
  }

  /** The processes of what runs. */
  running(): { id: string; pid: number }[] {
    const found: { id: string; pid: number }[] = [];
    for (const { row } of this.#entries.values()) {
      if (row.status === 'running' && row.pid !== null) found.push({ id: row.id, pid: row.pid });
    }
    return found;
  }

  /** What a running one uses now. */
  used(id: string, usage: Pick<Row, 'cpuMs' | 'cpuPercent' | 'memory'>): void {
    if (this.row(id)?.status === 'running') this.#update(id, usage);
  }

  inputClosed(id: string): void {
    if (this.row(id)?.input === 'open') this.#update(id, { input: 'closed' });
  }

  #started({ executionId, pid, timestamp }: StartedEvent): void {
    this.#update(executionId, { pid, startedAt: timestamp });
  }

  #statusChanged({ executionId, newStatus }: StatusChangedEvent): void {
    this.#update(executionId, { status: newStatus });
  }

  #output(event: OutputEvent): void {
    const { executionId, lines, partial } = event;
    this.tails.add(event);
    const before = this.row(executionId)?.lines ?? 0;
    // An unfinished line counts when its last piece comes.
    this.#update(executionId, { lines: before + lines.length - (partial ? 1 : 0) });
  }

  #settled({ executionId, result }: TerminalEvent): void {
    const before = this.row(executionId);
    if (before === undefined) return;
    this.#update(executionId, endOf(before, result));
    this.tails.end(executionId);
    this.#finished.add(executionId);
    const [oldest] = this.#finished;
    if (this.#finished.size > MAX_FINISHED && oldest !== undefined) void this.remove(oldest);
  }

  #update(id: string, change: Partial<Row>): void {
    const row = this.row(id);
    if (row === undefined) return;
    Object.assign(row, change);
    this.#tellChanged(id);
  }

  #tellChanged(id: string): void {
    for (const watcher of this.watchers) watcher.changed(id);
  }
}

export function notKnown(id: string): Refusal {
  return new Refusal(404, 'ERR_EXECUTION_NOT_FOUND', `Execution not found: ${id}`);
}
