/** The part of a fake engine that concerns no single execution: limits, records and counts. */

import type { ExecutionConfig } from '../../types/config';
import type { EngineStats, ExecutionFilter, ExecutionSummary } from '../../types/result';
import {
  asId,
  asKey,
  asKeyLimit,
  asNewKeyLimit,
  asString,
  EngineBase,
  engineClosed,
  publish,
} from '../core/index';
import { Places } from './places';
import { Records } from './records';
import type { TestExecution } from './test-execution';
import { turn } from './turn';

export abstract class TestControl extends EngineBase {
  readonly config: Readonly<ExecutionConfig>;
  protected readonly records: Records;
  protected readonly places: Places;

  constructor(config: Readonly<ExecutionConfig>) {
    super(() => undefined);
    this.config = config;
    this.records = new Records(config);
    this.places = new Places(config);
  }

  /** Begins those that have got a place. */
  protected abstract begin(executions: readonly TestExecution[]): void;

  /** Checks the argument only: output of a fake engine is what its test gives it. */
  async addSecret(text: string): Promise<void> {
    this.checkOpen();
    asString('text', text);
  }

  async setConcurrency(limit: number): Promise<void> {
    this.checkOpen();
    this.begin(this.places.setLimit(asKeyLimit('limit', limit)));
  }

  async setKeyLimit(key: string, limit: number | null): Promise<void> {
    this.checkOpen();
    const known = asNewKeyLimit('limit', limit);
    this.begin(this.places.setKeyLimit(asKey('key', key), known));
  }

  async pause(): Promise<void> {
    this.checkOpen();
    this.places.setPaused(true);
  }

  async resume(): Promise<void> {
    this.checkOpen();
    this.begin(this.places.setPaused(false));
  }

  async listExecutions(filter?: ExecutionFilter): Promise<ExecutionSummary[]> {
    this.checkOpen();
    return this.records.list(filter);
  }

  async runningCount(): Promise<number> {
    this.checkOpen();
    return this.places.running;
  }

  async queuedCount(): Promise<number> {
    this.checkOpen();
    return this.places.queued;
  }

  async removeExecution(id: string): Promise<void> {
    this.records.remove(this.find(id).id);
    this.#emitRemoved();
  }

  async cleanup(): Promise<number> {
    this.checkOpen();
    const count = this.records.cleanup();
    this.#emitRemoved();
    return count;
  }

  /** There is no automatic cleanup: a test ends before it would matter. */
  async startCleanupTask(): Promise<void> {
    this.checkOpen();
  }

  async stopCleanupTask(): Promise<void> {
    this.checkOpen();
  }

  async stats(): Promise<EngineStats> {
    this.checkOpen();
    return this.records.stats(this.places);
  }

  /** As from the engine: after the call, in a turn of their own. */
  #emitRemoved(): void {
    const removed = this.records.removed.splice(0);
    if (removed.length === 0) return;
    void turn().then(() => {
      for (const event of removed) publish([this], 'removed', event);
    });
  }

  protected checkOpen(): void {
    if (this.isShutDown) throw engineClosed();
  }

  protected find(id: string): TestExecution {
    this.checkOpen();
    return this.records.get(asId('id', id));
  }
}
