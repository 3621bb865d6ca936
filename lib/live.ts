/**
 * What JavaScript knows of one execution from its submission to its end, and through a handle
 * beyond.
 */

import { AsyncResource } from 'node:async_hooks';
import type { NativeEngine, NativeError } from '../types/native';
import type { ExecutionOutcome, ExecutionResult, ExecutionStatus } from '../types/result';
import type { ExecutionEmitter } from './emitter';
import { fromNative } from './errors';
import type { BatchReader } from './lines';
import { Moment } from './moment';
import type { Progress } from './progress';
import { withOutput, withTexts } from './results';
import type { Trace } from './tracing';

export class LiveExecution {
  /** What its records bear, and what it is asked of by, since an id may be given again; 0 for one that the native engine never hears of. */
  token = 0;
  readonly id: string;
  /**
   * The async context of the call that asked for the execution: its listeners run in it, and hooks of
   * `node:async_hooks` see it from the call to the end.
   */
  readonly resource = new AsyncResource('EscherExecution', { requireManualDestroy: true });
  /** The native engine has answered: it is in, or refused. */
  readonly admission = new Moment();
  /** All is over and told. Comes for a refused one too. */
  readonly end = new Moment();
  /** Where its events go: the engine, and the handle once somebody listens there. */
  readonly emitters: ExecutionEmitter[];
  readonly readers: BatchReader[] = [];

  status: ExecutionStatus = 'pending';
  pid: number | undefined;
  admitted = false;
  /** Its id names it, so the native engine can be asked of it, before it is known to be in. */
  isKnown = false;
  watched = false;
  /** Too early to say whether somebody listens. */
  undecided = false;
  /** Somebody waits for the result: its text is fetched at the end, before it can be dropped. */
  resultWanted = false;
  /** A handle may still ask for the result when the native engine is gone. */
  hasHandle = false;
  /** Its promise rejects for everything but success. */
  rejects = false;
  /** For subscribers of the tracing channel, if there were any when it began. */
  trace: Trace | undefined;
  /** Of a request that asked for it. */
  progress: Progress | undefined;
  outcome: ExecutionOutcome | undefined;
  /** Whether its failure came to somebody through an iterator or a listener of the handle. */
  reported = false;
  #refusal: Error | NativeError | undefined;
  #result: ExecutionResult | undefined;

  constructor(id: string, emitter: ExecutionEmitter) {
    this.id = id;
    this.emitters = [emitter];
  }

  /** The emitter of the handle, once somebody listens there. */
  get handle(): ExecutionEmitter | undefined {
    return this.emitters[1];
  }

  get refused(): boolean {
    return this.#refusal !== undefined;
  }

  refuse(error: Error | NativeError): void {
    this.#refusal = error;
  }

  /** Built when it is thrown: behind an `await`, so that its stack shows who waited. */
  refusalError(): Error {
    const refusal = this.#refusal as Error | NativeError;
    const error = refusal instanceof Error ? refusal : fromNative(refusal);
    this.#refusal = error;
    return error;
  }

  /** The result of an ended execution; fetched once. `native`: `undefined` when there is none. */
  takeResult(native: NativeEngine | undefined): ExecutionResult {
    this.#result ??= this.readResult(native);
    return this.#result;
  }

  /** As {@link takeResult}, for who keeps it himself, or asks again when he needs it. */
  readResult(native: NativeEngine | undefined): ExecutionResult {
    if (this.#result !== undefined) return this.#result;
    const outcome = this.outcome as ExecutionOutcome;
    if (!this.admitted) return withTexts(outcome, '', '');
    try {
      return withOutput(outcome, native, this.token);
    } catch {
      // There is no memory for it. The execution comes to its end all the same.
      const result = withTexts(outcome, '', '');
      result.outputDropped = true;
      return result;
    }
  }
}
