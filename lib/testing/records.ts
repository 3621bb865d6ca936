/** The executions that a fake engine knows, and what it reports about them. */

import type { ExecutionConfig } from '../../types/config';
import type { RemovedEvent } from '../../types/events';
import type {
  EngineStats,
  ExecutionFilter,
  ExecutionStatus,
  ExecutionSummary,
} from '../../types/result';
import { ExecutionError, executionFilter, notFound } from '../core/index';
import type { Places } from './places';
import type { TestExecution } from './test-execution';

const NOTHING = { p50: 0, p99: 0 } as const;

export class Records {
  readonly #config: Readonly<ExecutionConfig>;
  /** In the order of the requests. */
  readonly #byId = new Map<string, TestExecution>();
  /** Records that were dropped, for the caller to report. */
  readonly removed: RemovedEvent[] = [];
  readonly #ended: Partial<Record<ExecutionStatus, number>> = {};
  #spawnFailures = 0;
  #lines = 0;
  #bytes = 0;

  constructor(config: Readonly<ExecutionConfig>) {
    this.#config = config;
  }

  get live(): TestExecution[] {
    return [...this.#byId.values()].filter(({ isLive }) => isLive);
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  find(id: string): TestExecution | undefined {
    return this.#byId.get(id);
  }

  get(id: string): TestExecution {
    const execution = this.#byId.get(id);
    if (execution === undefined) throw notFound(id);
    return execution;
  }

  add(execution: TestExecution): void {
    this.#byId.set(execution.id, execution);
  }

  /** A request that was rejected. */
  forget(execution: TestExecution): void {
    this.#byId.delete(execution.id);
  }

  count({ status, outcome, output }: TestExecution): void {
    this.#ended[status] = (this.#ended[status] ?? 0) + 1;
    this.#lines += output.lines;
    this.#bytes += bytesOf(outcome);
    if (outcome?.error?.code === 'ERR_SPAWN_FAILED') this.#spawnFailures++;
  }

  remove(id: string): void {
    if (this.get(id).isLive) {
      const message = `Execution has not ended yet: ${id}; cancel it first`;
      throw new ExecutionError('ERR_EXECUTION_ACTIVE', message);
    }
    this.#drop(id, 'request');
  }

  cleanup(): number {
    const { executionRetentionSecs, maxInMemoryExecutions } = this.#config;
    const oldest = Date.now() - executionRetentionSecs * 1000;
    const before = this.#byId.size;
    for (const { id, completedAt } of this.#finished()) {
      if (completedAt < oldest) this.#drop(id, 'retention');
    }
    const left = this.#finished();
    const over = Math.max(0, left.length - maxInMemoryExecutions);
    for (const { id } of left.slice(0, over)) this.#drop(id, 'count');
    return before - this.#byId.size;
  }

  #drop(executionId: string, reason: RemovedEvent['reason']): void {
    const key = this.#byId.get(executionId)?.given.key ?? null;
    this.#byId.delete(executionId);
    this.removed.push({ executionId, timestamp: Date.now(), key, reason });
  }

  list(given: ExecutionFilter | undefined): ExecutionSummary[] {
    const { status, tag, key, limit } = executionFilter(given);
    return [...this.#byId.values()]
      .reverse()
      .filter((each) => status === undefined || status.includes(each.status))
      .filter((each) => tag === undefined || hasTag(each, tag))
      .filter((each) => key === undefined || each.given.key === key)
      .slice(0, limit)
      .map(summaryOf);
  }

  stats({ running, queued, keys, isPaused }: Places): EngineStats {
    const { completed = 0, failed = 0, timeout = 0, cancelled = 0 } = this.#ended;
    const finished = this.#finished();
    return {
      counts: { pending: queued, running, completed, failed, timeout, cancelled },
      running,
      queued,
      retainedRecords: finished.length,
      retainedBytes: finished.reduce((sum, outcome) => sum + bytesOf(outcome), 0),
      totalLines: this.#lines,
      totalBytes: this.#bytes,
      guarded: false,
      keys,
      paused: isPaused,
      journalError: null,
      spawnFailures: this.#spawnFailures,
      spawnMs: { ...NOTHING },
      durationMs: { ...NOTHING },
    } as EngineStats;
  }

  /** Oldest end first. */
  #finished() {
    return [...this.#byId.values()]
      .flatMap(({ outcome }) => (outcome === undefined ? [] : [outcome]))
      .sort((a, b) => a.completedAt - b.completedAt);
  }
}

const bytesOf = (outcome: TestExecution['outcome']): number =>
  (outcome?.stdoutBytes ?? 0) + (outcome?.stderrBytes ?? 0);

const summaryOf = (execution: TestExecution): ExecutionSummary => {
  const { id, status, startedAt, durationMs, given, outcome } = execution;
  const { command, key = null, metadata } = given;
  const { exitCode = null, signal = null } = outcome ?? {};
  const end = { exitCode, signal };
  return { id, status, ...end, command, key, startedAt, durationMs, metadata } as ExecutionSummary;
};

/** `key` or `key=value`. */
function hasTag({ given }: TestExecution, tag: string): boolean {
  const tags: Record<string, string> = { ...given.metadata.tags };
  return Object.entries(tags).some(([key, value]) => tag === key || tag === `${key}=${value}`);
}
