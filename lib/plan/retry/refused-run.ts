/** The handle of a command with a bad policy or request: there is no attempt. */

import type { RetriedResult } from '../../../types/plan';
import {
  Deferred,
  ExecutionEmitter,
  type InputSink,
  type LineSource,
  type RetainedOutput,
  randomId,
} from '../../core/index';
import { AttemptLines } from './attempt-lines';
import { RetriedHandle } from './retried-handle';

const ignore = (): void => undefined;

export class RefusedRun extends RetriedHandle {
  readonly id: string;
  readonly pid = undefined;
  protected readonly outcome = undefined;
  protected readonly status = 'pending';
  readonly #error: unknown;
  readonly #end = new Deferred();
  #result: Promise<RetriedResult> | undefined;
  #isIterated = false;

  /** `id`: that of the request, if it has one. */
  constructor(id: unknown, error: unknown) {
    super(false);
    this.id = typeof id === 'string' ? id : randomId();
    this.#error = error;
    this.follow();
    // In this turn the caller can handle the rejection, and begin to read.
    process.nextTick(() => this.#end.resolve());
  }

  get result(): Promise<RetriedResult> {
    this.#result ??= this.#reject();
    return this.#result;
  }

  protected async requestCancel(): Promise<boolean> {
    return false;
  }

  async kill(): Promise<boolean> {
    return false;
  }

  async renew(): Promise<boolean> {
    return false;
  }

  async resize(): Promise<void> {}

  protected makeEmitter(): ExecutionEmitter {
    return new ExecutionEmitter(ignore);
  }

  protected lineSource(): LineSource {
    this.#isIterated = true;
    return new AttemptLines({
      begun: [],
      sources: new Set(),
      isOver: true,
      failure: () => this.failure(),
    });
  }

  protected inputSink(): InputSink {
    return { send: () => this.kill(), close: () => this.kill() };
  }

  protected ended(): Promise<void> {
    return this.#end.wait();
  }

  protected isFailed(): boolean {
    return true;
  }

  protected report(): void {
    if (this.#isIterated) this.#result?.catch(ignore);
    else void this.result;
  }

  protected async retainedOutput(): Promise<RetainedOutput> {
    return undefined;
  }

  async #reject(): Promise<RetriedResult> {
    await this.#end.wait();
    throw this.#error;
  }
}
