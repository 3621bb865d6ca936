/** What JavaScript knows of one execution: from its submission to its end, and longer with a handle. */

import { AsyncResource } from 'node:async_hooks';
import type { NativeEngine, NativeError } from '../../../types/native';
import type { ExecutionOutcome, ExecutionResult, ExecutionStatus } from '../../../types/result';
import { fromNative } from '../errors';
import { type ExecutionEmitter, hasListeners } from '../events/emitter';
import { OUTCOME_AT, outcomeAt } from '../generated/returned';
import type { BatchReader } from '../output/line-reader';
import { Deferred } from '../util/deferred';
import * as crossing from './crossing';
import type { Handle } from './handle';
import type { ProgressTracker } from './progress-tracker';
import { isRejection } from './rejection';
import { withOutput, withoutOutput, withTexts } from './results';
import type { Trace } from './tracing';

/** Without a prototype, from which it could inherit an option. */
const MANUAL = Object.freeze({ __proto__: null, requireManualDestroy: true });

const statusIn = (values: readonly unknown[]): ExecutionStatus =>
  crossing.status(values[OUTCOME_AT.status]);

/** Whether an outcome is of the usual kind, which no option rejects. */
const isSuccess = (values: readonly unknown[]): boolean =>
  values[OUTCOME_AT.success] === true && values[OUTCOME_AT.error] === null;

export class ExecutionState {
  /**
   * Identifies this execution in native records and calls, because its id can be used again. 0 for an
   * execution that is not sent to the native engine.
   */
  token = 0;
  readonly id: string;
  /**
   * The async context of the call that requested the execution. Listeners run in it, and hooks of
   * `node:async_hooks` see it from the call to the end.
   */
  readonly resource = new AsyncResource('EscherExecution', MANUAL);
  /** Where its events go: the engine, and the handle once that has listeners. */
  readonly emitters: ExecutionEmitter[];
  handle: Handle | undefined;
  readonly readers: BatchReader[] = [];

  status: ExecutionStatus = 'pending';
  pid: number | undefined;
  /** The `key` of its request, redacted. The engine reports it with the start. */
  key: string | null = null;
  /** A pipe or a terminal takes its input. */
  isPiped = false;
  /** Called after the last event, if its record was dropped before that was delivered. */
  onRemoved: (() => void) | undefined;
  isAdmitted = false;
  /** The native engine has admitted or refused the request. */
  isAnswered = false;
  /** All events are emitted, or the request was refused. */
  isEnded = false;
  /** Its output comes from a terminal. */
  isTerminal = false;
  /** Its id refers to it in the native engine, even before its admission. */
  isRegistered = false;
  /** The native engine delivers its lines. */
  isWatched = false;
  /** Listeners may be added in this turn, so {@link isWatched} does not change before its end. */
  isWatchDeferred = false;
  /** A promise waits for the result: the output is read at the end, before retention can drop it. */
  isResultWanted = false;
  /** The option `reject`: its promise rejects unless the execution succeeds. */
  rejects = false;
  /** Set if the tracing channel had subscribers at the start. */
  trace: Trace | undefined;
  /** Set if the request asked for progress. */
  progress: ProgressTracker | undefined;
  /** An iterator or a listener of the handle received its failure. */
  isFailureReported = false;
  #answer: Deferred | undefined;
  #end: Deferred | undefined;
  #refusal: Error | NativeError | undefined;
  /** The values of the outcome, from which objects are made on demand. */
  #values: readonly unknown[] | undefined;
  #outcome: ExecutionOutcome | undefined;
  #result: ExecutionResult | undefined;

  constructor(id: string, emitter: ExecutionEmitter) {
    this.id = id;
    this.emitters = [emitter];
  }

  /** The emitter of the handle, once it has listeners. */
  get handleEmitter(): ExecutionEmitter | undefined {
    return this.emitters.length > 1 ? this.emitters[1] : undefined;
  }

  /** Whether a listener for any event exists. */
  get isHeard(): boolean {
    const { handleEmitter } = this;
    if (handleEmitter !== undefined && hasListeners(handleEmitter)) return true;
    return hasListeners(this.emitters[0] as ExecutionEmitter);
  }

  /** Resolves when the native engine has admitted or refused the request. */
  whenAnswered(): Promise<void> {
    this.#answer ??= new Deferred();
    if (this.isAnswered) this.#answer.resolve();
    return this.#answer.wait();
  }

  /** Resolves when all events are emitted, or the request was refused. */
  whenEnded(): Promise<void> {
    this.#end ??= new Deferred();
    if (this.isEnded) this.#end.resolve();
    return this.#end.wait();
  }

  answer(): void {
    this.isAnswered = true;
    this.#answer?.resolve();
  }

  /** All events are emitted, or the request was refused. */
  end(): void {
    this.answer();
    this.isEnded = true;
    this.#end?.resolve();
  }

  /** The execution has ended. `values`: those of its outcome. */
  finish(values: readonly unknown[]): void {
    this.#values = values;
    this.status = statusIn(values);
    this.key = values[OUTCOME_AT.key] as string | null;
  }

  /** The execution has ended without the native engine. */
  finishAs(outcome: ExecutionOutcome): void {
    this.#outcome = outcome;
    this.status = outcome.status;
    this.key = outcome.key;
  }

  /** `undefined` before the end, and for a refused request. */
  get outcome(): ExecutionOutcome | undefined {
    if (this.#values !== undefined) this.#outcome ??= outcomeAt(this.#values, 0, this.id);
    return this.#outcome;
  }

  /** Whether the promise of the result rejects. Valid after the end. */
  isFailed(reject: boolean): boolean {
    if (this.isRefused) return true;
    if (this.#values !== undefined && isSuccess(this.#values)) return false;
    const { outcome } = this;
    return outcome !== undefined && isRejection(outcome, reject);
  }

  get isRefused(): boolean {
    return this.#refusal !== undefined;
  }

  refuse(error: Error | NativeError): void {
    this.#refusal = error;
  }

  /** Created when it is thrown: after an `await`, so that its stack shows the caller that waited. */
  refusalError(): Error {
    const refusal = this.#refusal as Error | NativeError;
    const error = refusal instanceof Error ? refusal : fromNative(refusal);
    this.#refusal = error;
    return error;
  }

  /** The result of an ended execution, read once and kept. `native`: `undefined` after a shutdown. */
  takeResult(native: NativeEngine | undefined): ExecutionResult {
    this.#result ??= this.readResult(native);
    return this.#result;
  }

  /** As {@link takeResult}, but the result is not kept here. */
  readResult(native: NativeEngine | undefined): ExecutionResult {
    if (this.#result !== undefined) return this.#result;
    const result = this.#withoutOutput();
    if (!this.isAdmitted) return result;
    try {
      return withOutput(result, native, this.token);
    } catch {
      // Out of memory for the output. The execution ends nevertheless.
      result.outputDropped = true;
      return result;
    }
  }

  /** Made of the values: the object of an outcome that nothing asked for would be made for this one only. */
  #withoutOutput(): ExecutionResult {
    if (this.#outcome === undefined && this.#values !== undefined) {
      return withoutOutput(this.#values, this.id);
    }
    return withTexts(this.outcome as ExecutionOutcome, '', '');
  }
}
