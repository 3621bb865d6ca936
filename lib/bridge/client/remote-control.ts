/** The part of a client that concerns no single execution: secrets, limits, records and counts. */

import type { EngineStats, ExecutionFilter, ExecutionSummary } from '../../../types/result';
import type { WireStats, WireSummary } from '../../../types/wire';
import {
  asId,
  asKey,
  asKeyLimit,
  asNewKeyLimit,
  asString,
  EngineBase,
  executionFilter,
} from '../../core/index';
import { statsFromWire, summaryFromWire } from '../wire/result';

export abstract class RemoteControl extends EngineBase {
  /** Sends a command; resolves with the payload of its answer. */
  protected abstract ask<T>(type: string, fields?: object): Promise<T>;

  async addSecret(text: string): Promise<void> {
    await this.ask('add_secret', { text: asString('text', text) });
  }

  async setConcurrency(limit: number): Promise<void> {
    await this.ask('set_concurrency', { limit: asKeyLimit('limit', limit) });
  }

  async setKeyLimit(key: string, limit: number | null): Promise<void> {
    const known = asNewKeyLimit('limit', limit);
    await this.ask('set_key_limit', { key: asKey('key', key), limit: known });
  }

  async pause(): Promise<void> {
    await this.ask('pause');
  }

  async resume(): Promise<void> {
    await this.ask('resume');
  }

  async listExecutions(filter?: ExecutionFilter): Promise<ExecutionSummary[]> {
    return (await this.ask<WireSummary[]>('list', executionFilter(filter))).map(summaryFromWire);
  }

  async runningCount(): Promise<number> {
    return await this.ask('running_count');
  }

  async queuedCount(): Promise<number> {
    return await this.ask('queued_count');
  }

  async removeExecution(id: string): Promise<void> {
    await this.ask('remove_execution', { id: asId('id', id) });
  }

  async cleanup(): Promise<number> {
    return await this.ask('cleanup');
  }

  async startCleanupTask(): Promise<void> {
    await this.ask('start_cleanup_task');
  }

  async stopCleanupTask(): Promise<void> {
    await this.ask('stop_cleanup_task');
  }

  async stats(): Promise<EngineStats> {
    return statsFromWire(await this.ask<WireStats>('stats'));
  }
}
