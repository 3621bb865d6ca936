/** The base of all engines, whether the engine runs in this process or in another one. */

import type { RunHandle, RunRequest } from '../../types/api';
import type { ExecutionRequest, RunOptions } from '../../types/request';
import type { ExecutionResult, ShutdownResult } from '../../types/result';
import { ExecutionEmitter } from './events/emitter';
import type { Handle } from './execution/handle';
import { encodingOption, graceOption } from './options/call';
import { asId } from './options/checks';
import { callSite } from './util/call-site';

/** The result of `getResult()` in either encoding. */
export type AnyResult = ExecutionResult | ExecutionResult<Uint8Array>;

/** The methods that do not depend on where the engine runs. */
export abstract class EngineBase extends ExecutionEmitter {
  #shutdown: Promise<ShutdownResult> | undefined;

  run<Stdin extends ExecutionRequest['stdin']>(
    request: RunRequest<Stdin>,
    options?: RunOptions,
  ): RunHandle<Stdin> {
    const handle = this.start(request, options);
    handle.caller = callSite(this.run);
    return handle as RunHandle<Stdin>;
  }

  getResult(
    id: string,
    options?: { encoding?: 'utf8' | undefined },
  ): Promise<ExecutionResult | null>;
  getResult(
    id: string,
    options: { encoding: 'buffer' },
  ): Promise<ExecutionResult<Uint8Array> | null>;
  async getResult(
    id: string,
    options?: { encoding?: 'utf8' | 'buffer' | undefined },
  ): Promise<AnyResult | null> {
    const known = asId('id', id);
    return await this.readResult(known, encodingOption(options));
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
  protected abstract readResult(id: string, encoding: 'utf8' | 'buffer'): Promise<AnyResult | null>;

  /**
   * Ends the engine. Called once.
   * @internal
   */
  protected abstract end(graceMs: number | undefined): Promise<ShutdownResult>;
}
