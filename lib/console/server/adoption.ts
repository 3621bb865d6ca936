/** Executions that were not started by a page: found in the listing of the engine, and by their events. */

import type { ExecutionEngineApi } from '../../../types/api';
import type { ExecutionSummary } from '../../../types/result';
import { type ExecutionRegistry, MAX_FINISHED } from './execution-registry';
import { adoptedRow } from './row';

/** How often queued executions are looked for, which have no event yet, while a page is open. */
const INTERVAL_MS = 1000;

export class Adoption {
  readonly #engine: ExecutionEngineApi;
  readonly #registry: ExecutionRegistry;
  readonly #timer: NodeJS.Timeout;
  #refreshing: Promise<void> | undefined;

  constructor(engine: ExecutionEngineApi, registry: ExecutionRegistry) {
    this.#engine = engine;
    this.#registry = registry;
    registry.onUnknown = () => void this.refresh();
    this.#timer = setInterval(() => {
      if (registry.watchers.size > 0) void this.refresh();
    }, INTERVAL_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#registry.onUnknown = () => undefined;
  }

  /** Adopts all executions that the engine has, the oldest first. */
  async begin(): Promise<void> {
    const all = (await this.#engine.listExecutions()).reverse();
    const finished = all.filter(isFinished).sort((a, b) => endOf(a) - endOf(b));
    for (const summary of [...finished.slice(-MAX_FINISHED), ...all.filter(isActive)]) {
      this.#registry.adopt(adoptedRow(summary));
      if (isFinished(summary)) await this.#addResult(summary.id);
    }
  }

  /** Adopts those that have come, and adds the names of those that are known by an event only. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#list().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #list(): Promise<void> {
    try {
      const active = await this.#engine.listExecutions({ status: ['pending', 'running'] });
      for (const summary of active.reverse()) this.#registry.adopt(adoptedRow(summary));
    } catch {
      // The engine is closed, or out of reach.
    }
  }

  async #addResult(id: string): Promise<void> {
    try {
      const result = await this.#engine.getResult(id);
      if (result !== null) this.#registry.addResult(result);
    } catch {
      // Its record was dropped meanwhile.
    }
  }
}

const isActive = ({ status }: ExecutionSummary): boolean =>
  status === 'pending' || status === 'running';
const isFinished = (summary: ExecutionSummary): boolean => !isActive(summary);
const endOf = ({ startedAt, durationMs }: ExecutionSummary): number => startedAt + durationMs;
