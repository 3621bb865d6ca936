/** The executions of the console, and the pages that watch them. */

import type { ExecutionEngineApi } from '../../../types/api';
import type {
  ExecutionEventName,
  ExecutionListener,
  RemovedEvent,
  StartedEvent,
  TerminalEvent,
} from '../../../types/events';
import type { ExecutionRequest } from '../../../types/request';
import type { ExecutionOutcome, ExecutionResult } from '../../../types/result';
import { setAllOwn } from '../../core/index';
import type { Row, StartBody } from '../messages';
import { coloursOnly } from './colours-only';
import { executionNotFound, HttpError } from './http-error';
import type { TailOutput } from './output-tail';
import { OUTPUT_TAIL_LIMITS, OutputTails } from './output-tails';
import { adoptedRow, nameOf, pendingRow, settledFields } from './row';

interface Entry {
  row: Row;
  /** For a rerun. Never sent to a page: the environment may contain secrets. `undefined`: no page has started it. */
  body: StartBody | undefined;
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
  readonly #adopts: boolean;
  readonly #isCleaned: boolean;
  readonly #listeners: { [Name in ExecutionEventName]?: ExecutionListener<Name> } = {
    started: (event) => this.#onStarted(event),
    statusChanged: ({ executionId, newStatus }) => {
      this.#update(executionId, { status: newStatus });
    },
    progress: ({ executionId, fraction, label }) => {
      this.#update(executionId, { progress: { fraction, label } });
    },
    output: (event) => this.#addOutput(event.executionId, event),
    settled: (event) => this.#onSettled(event),
    removed: (event) => this.#onRemoved(event),
  };
  /** An execution was adopted by its event, which has no metadata. */
  onUnknown: () => void = () => undefined;

  /** `adopts`: the engine is the caller's. It shows all executions, and removes no records. */
  constructor(engine: ExecutionEngineApi, adopts = false) {
    this.#engine = engine;
    this.#adopts = adopts;
    const { ansi } = engine.config;
    this.tails.onDrop = (id, { firstSeq }) => this.#update(id, { droppedLines: firstSeq });
    this.#isCleaned = ansi === 'sgr' || ansi === 'strip';
    for (const [name, listener] of Object.entries(this.#listeners))
      engine.on(name as 'started', listener as ExecutionListener<'started'>);
  }

  close(): void {
    for (const [name, listener] of Object.entries(this.#listeners))
      this.#engine.off(name as 'started', listener as ExecutionListener<'started'>);
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
    if (entry.body !== undefined) return entry.body;
    const message = 'Only a command that was started from this page can be run again';
    throw new HttpError(409, 'ERR_NO_REQUEST', message);
  }

  /** Adds an execution that no page has started, or its name if it is known by its event only. */
  adopt(row: Row): void {
    const known = this.#entries.get(row.id);
    if (known === undefined) {
      this.#entries.set(row.id, { row, body: undefined });
      this.tails.open(row.id);
      this.#notifyChanged(row.id);
    } else if (known.body === undefined && !hasMetadata(known.row) && hasMetadata(row)) {
      this.#update(row.id, { name: row.name, source: row.source, tags: row.tags });
    }
  }

  /** Adds the result of an adopted execution that had ended before, with the end of its output. */
  addResult(result: ExecutionResult): void {
    let seq = 0;
    for (const stream of ['stdout', 'stderr'] as const) {
      const lines = result[stream].slice(-OUTPUT_TAIL_LIMITS.kept.chars).split(/\r?\n/);
      if (lines.at(-1) === '') lines.pop();
      if (lines.length === 0) continue;
      // The result has no time for each line.
      const output = { stream, lines, firstSeq: seq, partial: false, timestamp: null };
      this.#addOutput(result.id, output);
      seq += lines.length;
    }
    this.#settle(result);
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
    this.#drop(id);
    if (!this.#adopts) await this.#engine.removeExecution(id);
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

  #onStarted({ executionId: id, pid, timestamp, command, key }: StartedEvent): void {
    if (this.#adopts && !this.#entries.has(id)) {
      const end = { exitCode: null, signal: null } as const;
      const known = { id, status: 'running', ...end, command, key, startedAt: timestamp } as const;
      this.adopt(adoptedRow({ ...known, metadata: {}, pid }));
      this.onUnknown();
    }
    this.#update(id, { pid, startedAt: timestamp });
  }

  #addOutput(id: string, output: TailOutput): void {
    const { lines, partial } = output;
    const row = this.row(id);
    const isShownAsItIs = this.#isCleaned || row?.hasTerminal === true;
    const shown = isShownAsItIs ? output : { ...output, lines: lines.map(coloursOnly) };
    this.tails.add(id, shown);
    const before = row?.lines ?? 0;
    // An unfinished line counts when its last piece arrives.
    this.#update(id, { lines: before + lines.length - (partial ? 1 : 0) });
  }

  #onSettled({ result }: TerminalEvent): void {
    // Without a process: it was queued, or could not be launched.
    if (this.#adopts) this.adopt(adoptedRow(result));
    this.#settle(result);
  }

  /** What a program removes disappears. What the engine drops by its limits stays readable. */
  #onRemoved({ executionId: id, reason }: RemovedEvent): void {
    if (!this.#finished.has(id)) return;
    if (reason === 'request') this.#drop(id);
    else this.#update(id, { isForgotten: true });
  }

  #settle(result: ExecutionOutcome): void {
    const { id } = result;
    const row = this.row(id);
    if (row === undefined) return;
    this.#update(id, { ...settledFields(row, result), ...nameOf(result.metadata) });
    this.tails.end(id);
    this.#finished.add(id);
    const [oldest] = this.#finished;
    if (this.#finished.size > MAX_FINISHED && oldest !== undefined) void this.remove(oldest);
  }

  #drop(id: string): void {
    this.#entries.delete(id);
    this.#finished.delete(id);
    this.tails.remove(id);
    for (const watcher of this.watchers) watcher.removed(id);
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

const hasMetadata = ({ source, tags }: Row): boolean =>
  source !== null || Object.keys(tags).length > 0;
