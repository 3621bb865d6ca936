/** A command with its repetitions: runs the attempts, one after the other. */

import type { Execution, ExecutionEngineApi } from '../../../types/api';
import type { ExecutionErrorCode } from '../../../types/errors';
import type { RetriedResult } from '../../../types/plan';
import type { ExecutionRequest, RunOptions, TerminalSize } from '../../../types/request';
import type { ExecutionOutcome, ExecutionResult, ExecutionStatus } from '../../../types/result';
import {
  Deferred,
  ExecutionEmitter,
  ExecutionError,
  type InputSink,
  isInteractive,
  isRejection,
  type RetainedOutput,
  rejectionOf,
} from '../../core/index';
import { emit } from '../emit';
import { AttemptEvents } from './attempt-events';
import { AttemptLines } from './attempt-lines';
import type { Clock } from './clock';
import { OutputTail } from './output-tail';
import { RetriedHandle } from './retried-handle';
import { outcomeOf, withAttempts } from './retried-result';
import { type AttemptEnd, backoffMs, type CheckedPolicy, isRetried } from './retry-policy';

const ignore = (): void => undefined;

/** What is repeated, and how. */
export interface Repetition {
  engine: ExecutionEngineApi;
  policy: CheckedPolicy;
  options: RunOptions;
  clock: Clock;
  /** The request of an attempt, from 1. */
  request(number: number): ExecutionRequest;
  /**
   * Resolves when there may be a place for an attempt that was refused for want of one, or when `signal` aborts. The
   * refusal is then no attempt.
   */
  place: ((signal: AbortSignal) => Promise<void>) | undefined;
}

export class RetriedRun extends RetriedHandle {
  readonly #repetition: Repetition;
  readonly #begun: Execution[] = [];
  readonly #results: ExecutionResult[] = [];
  readonly #sources = new Set<AttemptLines>();
  readonly #end = new Deferred();
  /** Aborts the waits between attempts. */
  readonly #stop = new AbortController();
  #emitter: ExecutionEmitter;
  #events: AttemptEvents | undefined;
  #isBetweenAttempts = false;
  #outcome: RetriedResult | undefined;
  #failure: unknown;
  #result: Promise<RetriedResult> | undefined;
  #isIterated = false;
  /** A listener has received the failure. */
  #isFailureReported = false;

  /** Starts the first attempt. */
  constructor(repetition: Repetition) {
    const first = repetition.request(1);
    super(first.stdin === 'pipe' || isInteractive(first));
    this.#repetition = repetition;
    this.#emitter = new ExecutionEmitter(() => this.#events?.update());
    if (repetition.options.signal?.aborted) this.#stop.abort();
    const { attempt, tail } = this.#begin(1);
    this.cancelAt(repetition.options.signal);
    this.follow();
    void this.#repeat(attempt, tail);
  }

  get id(): string {
    return this.#attempt.id;
  }

  get pid(): number | undefined {
    return this.#attempt.pid;
  }

  get result(): Promise<RetriedResult> {
    this.#result ??= this.#complete();
    return this.#result;
  }

  protected async requestCancel(): Promise<boolean> {
    if (this.#end.isResolved) return false;
    this.#stop.abort();
    // The next attempt is cancelled before its start.
    if (this.#isBetweenAttempts) return true;
    return await this.#attempt.cancel();
  }

  async kill(signal?: NodeJS.Signals | number): Promise<boolean> {
    return await this.#attempt.kill(signal);
  }

  /** The lease of an attempt begins with its process. */
  async renew(): Promise<boolean> {
    return this.#isBetweenAttempts ? !this.#end.isResolved : await this.#attempt.renew();
  }

  async resize(size: TerminalSize): Promise<void> {
    await this.#attempt.resize(size);
  }

  protected get status(): ExecutionStatus {
    if (this.#outcome !== undefined) return this.#outcome.status;
    return this.pid === undefined || this.#isBetweenAttempts ? 'pending' : 'running';
  }

  protected makeEmitter(): ExecutionEmitter {
    return this.#emitter;
  }

  protected lineSource(): AttemptLines {
    this.#isIterated = true;
    const end = this.#end;
    return new AttemptLines({
      begun: this.#begun,
      sources: this.#sources,
      get isOver() {
        return end.isResolved;
      },
      failure: async () => {
        await end.wait();
        await this.failure();
      },
    });
  }

  /** For a request with a pipe, which has one attempt. */
  protected inputSink(): InputSink {
    const { engine } = this.#repetition;
    return {
      send: async (data) => {
        await engine.sendInput(this.id, data);
        return true;
      },
      close: async () => {
        await engine.closeInput(this.id);
        return true;
      },
    };
  }

  protected ended(): Promise<void> {
    return this.#end.wait();
  }

  protected get outcome(): ExecutionOutcome | undefined {
    return this.#outcome;
  }

  protected isFailed(): boolean {
    return this.#failure !== undefined;
  }

  protected report(): void {
    if (!this.isFailed()) return;
    if (this.#isIterated || this.#isFailureReported) this.#result?.catch(ignore);
    else void this.result;
  }

  protected async retainedOutput(): Promise<RetainedOutput> {
    const result = await this.#repetition.engine.getResult(this.id, { encoding: 'buffer' });
    return result === null ? undefined : [result.stdout, result.stderr];
  }

  get #attempt(): Execution {
    return this.#begun.at(-1) as Execution;
  }

  #begin(number: number): { attempt: Execution; tail: OutputTail | undefined } {
    const { engine, policy, request } = this.#repetition;
    // After a cancel there is a result, and no process.
    const options = this.#stop.signal.aborted ? { signal: this.#stop.signal } : {};
    const attempt = engine.run(request(number), options);
    const tail = policy.output === undefined ? undefined : new OutputTail();
    this.#begun.push(attempt);
    this.#events = new AttemptEvents(attempt, this.#emitter, tail);
    for (const source of this.#sources) source.begins(attempt);
    return { attempt, tail };
  }

  async #repeat(first: Execution, firstTail: OutputTail | undefined): Promise<void> {
    let [attempt, tail] = [first, firstTail];
    for (let number = 1; ; ) {
      const { result, error } = await settled(attempt);
      const { place, policy, clock } = this.#repetition;
      const refusal = result === undefined ? codeOf(error) : undefined;
      if (result !== undefined) this.#results.push(result);
      const end: AttemptEnd = {
        outcome: result,
        refusal,
        output: () => (result === undefined || tail === undefined ? [] : tail.of(result)),
      };
      if (place !== undefined && refusal === 'ERR_CONCURRENCY_LIMIT') {
        await this.#wait((signal) => place(signal));
      } else if (!this.#stop.signal.aborted && isRetried(policy, number, end)) {
        const delayMs = backoffMs(policy, number, clock.random);
        this.#emitRetrying(attempt.id, number, delayMs, result);
        await this.#wait((signal) => clock.sleep(delayMs, signal));
        number++;
      } else {
        this.#finish(result, error);
        return;
      }
      ({ attempt, tail } = this.#begin(number));
      this.#isBetweenAttempts = false;
    }
  }

  async #wait(wait: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#isBetweenAttempts = true;
    if (!this.#stop.signal.aborted) await wait(this.#stop.signal);
  }

  #emitRetrying(
    executionId: string,
    attempt: number,
    delayMs: number,
    result: ExecutionResult | undefined,
  ): void {
    const payload = {
      executionId,
      timestamp: Date.now(),
      attempt,
      delayMs,
      result: result === undefined ? null : outcomeOf(result),
    };
    emit(this.#emitter, 'retrying', payload);
  }

  /** The end, in this order: the events, then everything that waits for the end. */
  #finish(result: ExecutionResult | undefined, error: unknown): void {
    const { reject = false, signal } = this.#repetition.options;
    if (result === undefined) this.#failure = error;
    else {
      this.#outcome = withAttempts(result, this.#results);
      if (isRejection(result, reject)) {
        const cause = signal?.aborted && result.status === 'cancelled' ? signal.reason : undefined;
        this.#failure = rejectionOf(this.#outcome, cause);
      }
    }
    // Asked before: a listener for one event is removed by it.
    const ends = [this.#outcome?.status ?? 'settled', 'settled'] as const;
    const hasListener = ends.some((name) => this.#emitter.listenerCount(name) > 0);
    this.#isFailureReported = hasListener && this.#outcome !== undefined;
    this.#events?.emitEnd();
    this.#end.resolve();
    for (const source of [...this.#sources]) source.ends();
  }

  async #complete(): Promise<RetriedResult> {
    await this.#end.wait();
    if (this.#failure !== undefined) throw this.#failure;
    return this.#outcome as RetriedResult;
  }
}

interface Settled {
  /** `undefined` for a refused request. */
  result: ExecutionResult | undefined;
  error: unknown;
}

async function settled(attempt: Execution): Promise<Settled> {
  try {
    return { result: await attempt.result, error: undefined };
  } catch (error) {
    const has = error instanceof ExecutionError && Object.hasOwn(error, 'result');
    return { result: has ? error.result : undefined, error };
  }
}

const codeOf = (error: unknown): ExecutionErrorCode | undefined =>
  error instanceof ExecutionError ? error.code : undefined;
