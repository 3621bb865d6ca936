/** The base of the handles that `retry()` returns, with the events and the result of `types/plan`. */

import type {
  RetriedEventName,
  RetriedExecution,
  RetriedListener,
  RetriedResult,
} from '../../../types/plan';
import { Handle } from '../../core/index';

export abstract class RetriedHandle extends Handle implements RetriedExecution {
  abstract override get result(): Promise<RetriedResult>;

  override on<Name extends RetriedEventName>(name: Name, listener: RetriedListener<Name>): this {
    return super.on(name as 'started', listener as never);
  }

  override once<Name extends RetriedEventName>(name: Name, listener: RetriedListener<Name>): this {
    return super.once(name as 'started', listener as never);
  }

  override off<Name extends RetriedEventName>(name: Name, listener: RetriedListener<Name>): this {
    return super.off(name as 'started', listener as never);
  }

  override addListener<Name extends RetriedEventName>(
    name: Name,
    listener: RetriedListener<Name>,
  ): this {
    return this.on(name, listener);
  }

  override removeListener<Name extends RetriedEventName>(
    name: Name,
    listener: RetriedListener<Name>,
  ): this {
    return this.off(name, listener);
  }

  // biome-ignore lint/suspicious/noThenProperty: awaiting the handle gives the result.
  override then<Value = RetriedResult, Other = never>(
    onFulfilled?: ((result: RetriedResult) => Value | PromiseLike<Value>) | null,
    onRejected?: ((reason: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<Value | Other> {
    return this.result.then(onFulfilled, onRejected);
  }

  override catch<Other = never>(
    onRejected?: ((reason: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<RetriedResult | Other> {
    return this.result.catch(onRejected);
  }

  override finally(onFinally?: (() => void) | null): Promise<RetriedResult> {
    return this.result.finally(onFinally);
  }
}
