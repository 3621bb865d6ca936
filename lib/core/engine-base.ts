/** The base of all engines, whether the engine runs in this process or in another one. */

import type { RunHandle, RunRequest } from '../../types/api';
import type { ExecutionRequest, RunOptions } from '../../types/request';
import type {
  ExecutionFilter,
  ExecutionResult,
  ExecutionSummary,
  ShutdownResult,
} from '../../types/result';
import { ExecutionEmitter } from './events/emitter';
import type { Handle } from './execution/handle';
import { graceOption, type ResultOptions, resultOptions } from './options/call';
import { asId, ownValue } from './options/checks';
import { callSite } from './util/call-site';

/** The result of `getResult()` in either encoding. */
export type AnyResult = ExecutionResult | ExecutionResult<Uint8Array>;

/** Its record was dropped meanwhile. */
function isUnknown(error: unknown): false {
  if (ownValue(error, 'code') === 'ERR_EXECUTION_NOT_FOUND') return false;
  throw error;
}

/** The methods that do not depend on where the engine runs. */
export abstract class EngineBase extends ExecutionEmitter {
  #shutdown: Promise<ShutdownResult> | undefined;

  run<
    Stdin extends ExecutionRequest['stdin'],
    Pty extends ExecutionRequest['pty'],
    Input extends ExecutionRequest['input'] = undefined,
  >(request: RunRequest<Stdin, Pty, Input>, options?: RunOptions): RunHandle<Stdin, Pty, Input> {
    const handle = this.start(request, options);
    handle.caller = callSite(this.run);
    return handle as RunHandle<Stdin, Pty, Input>;
  }

  getResult(
    id: string,
    options?: { encoding?: 'utf8' | undefined; redacted?: boolean | undefined },
  ): Promise<ExecutionResult | null>;
  getResult(
    id: string,
    options: { encoding: 'buffer'; redacted?: boolean | undefined },
  ): Promise<ExecutionResult<Uint8Array> | null>;
  async getResult(
    id: string,
    options?: { encoding?: 'utf8' | 'buffer' | undefined; redacted?: boolean | undefined },
  ): Promise<AnyResult | null> {
    const known = asId('id', id);
    return await this.readResult(known, resultOptions(options));
  }

  abstract cancel(id: string): Promise<boolean>;
  abstract listExecutions(filter?: ExecutionFilter): Promise<ExecutionSummary[]>;

  async cancelAll(filter?: ExecutionFilter): Promise<number> {
    const summaries = await this.listExecutions(filter);
    const live = summaries.filter(({ status }) => status === 'pending' || status === 'running');
    const ended = await Promise.all(live.map(({ id }) => this.cancel(id).catch(isUnknown)));
    return ended.filter((wasLive) => wasLive).length;
  }

  shutdown(options?: { graceMs?: number | undefined }): Promise<ShutdownResult> {
    if (this.#shutdown === undefined) {
      try {
        this.#shutdown = this.end(graceOption(options));
      } catch (error) {
        return Promise.reject(error);
      }
    }
    return this.#shutdown;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  /**
   * Whether {@link shutdown} was called.
   * @internal
   */
  protected get isShutDown(): boolean {
    return this.#shutdown !== undefined;
  }

  /**
   * Starts an execution. Never throws: a refusal rejects the result of the handle.
   * @internal
   */
  protected abstract start(request: ExecutionRequest, options: RunOptions | undefined): Handle;

  /**
   * The result; `null` while the execution has not ended.
   * @internal
   */
  protected abstract readResult(id: string, options: ResultOptions): Promise<AnyResult | null>;

  /**
   * Ends the engine. Called once.
   * @internal
   */
  protected abstract end(graceMs: number | undefined): Promise<ShutdownResult>;
}
