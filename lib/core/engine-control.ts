/** The part of an engine that concerns no single execution: secrets, limits, records and counts. */

import type { EngineStats, ExecutionFilter, ExecutionSummary } from '../../types/result';
import { EngineBase } from './engine-base';
import { fromNative } from './errors';
import type { Secrets } from './execution/secrets';
import { SUMMARY_VALUES, statsAt, summaryAt } from './generated/returned';
import type { Channel } from './native/channel';
import { filterValues } from './options/call';
import { asId, asString } from './options/checks';
import { asKeyLimit, asNewKeyLimit } from './options/key-limits';
import { asKey } from './options/kinds';

export abstract class EngineControl extends EngineBase {
  /** @internal */
  protected abstract get channel(): Channel;

  /** @internal */
  protected abstract get secrets(): Secrets;

  async addSecret(text: string): Promise<void> {
    await this.secrets.add(this.channel, asString('text', text));
  }

  async setConcurrency(limit: number): Promise<void> {
    const known = asKeyLimit('limit', limit);
    await this.channel.ask((native, ticket) => native.setConcurrency(ticket, known));
  }

  async setKeyLimit(key: string, limit: number | null): Promise<void> {
    const known = asKey('key', key);
    const number = asNewKeyLimit('limit', limit);
    await this.channel.ask((native, ticket) => native.setKeyLimit(ticket, known, number));
  }

  async pause(): Promise<void> {
    await this.channel.ask((native, ticket) => native.pause(ticket));
  }

  async resume(): Promise<void> {
    await this.channel.ask((native, ticket) => native.resume(ticket));
  }

  async listExecutions(filter?: ExecutionFilter): Promise<ExecutionSummary[]> {
    const values = this.channel.native.list(filterValues(filter));
    const count = values.length / SUMMARY_VALUES;
    return Array.from({ length: count }, (_, i) => summaryAt(values, i * SUMMARY_VALUES));
  }

  async runningCount(): Promise<number> {
    return this.channel.native.runningCount();
  }

  async queuedCount(): Promise<number> {
    return this.channel.native.queuedCount();
  }

  async removeExecution(id: string): Promise<void> {
    const error = this.channel.native.remove(asId('id', id));
    if (error !== null) throw fromNative(error);
  }

  async cleanup(): Promise<number> {
    return await this.channel.ask((native, ticket) => native.cleanup(ticket));
  }

  async startCleanupTask(): Promise<void> {
    this.channel.native.startCleanupTask();
  }

  async stopCleanupTask(): Promise<void> {
    this.channel.native.stopCleanupTask();
  }

  async stats(): Promise<EngineStats> {
    return statsAt(this.channel.native.stats(), 0);
  }
}
