/** The handle of an execution of a fake engine. */

import type { RunOptions, TerminalSize } from '../../types/request';
import type { ExecutionOutcome, ExecutionResult, ExecutionStatus } from '../../types/result';
import {
  asAnySignal,
  calledAt,
  Deferred,
  ExecutionEmitter,
  Handle,
  type InputSink,
  isRejection,
  type LineSource,
  type RetainedOutput,
  rejectionOf,
} from '../core/index';
import { checkResize } from './resize';
import { signalled } from './signalled';
import type { TestExecution } from './test-execution';
import { TestOutput } from './test-output';
import { turn } from './turn';

const ignore = (): void => undefined;

/** An execution, or the error with which the request was rejected. */
export type Started = { execution: TestExecution } | { id: string; error: unknown };

export class TestHandle extends Handle {
  readonly #started: Started;
  readonly #options: RunOptions;
  readonly #refused = new Deferred();
  #result: Promise<ExecutionResult> | undefined;
  #ownEmitter: ExecutionEmitter | undefined;
  #isIterated = false;
  readonly #isAttached: boolean;

  /** `isAttached`: its failure needs no handler. */
  constructor(started: Started, options: RunOptions, isPiped: boolean, isAttached = false) {
    super(isPiped);
    this.#isAttached = isAttached;
    this.#started = started;
    this.#options = options;
    this.cancelAt(options.signal?.aborted ? undefined : options.signal);
    this.follow();
    // In this turn the caller can handle the rejection, and begin to read.
    if ('error' in started) void turn().then(() => this.#refused.resolve());
  }

  get id(): string {
    return 'error' in this.#started ? this.#started.id : this.#started.execution.id;
  }

  get pid(): number | undefined {
    return this.#execution?.pid;
  }

  override get key(): string | null {
    return this.#execution?.given.key ?? null;
  }

  get result(): Promise<ExecutionResult> {
    this.#result ??= this.#complete();
    return this.#result;
  }

  async kill(signal: NodeJS.Signals | number = 'SIGTERM'): Promise<boolean> {
    const number = asAnySignal('signal', signal);
    return this.#execution !== undefined && signalled(this.#execution, number);
  }

  async renew(): Promise<boolean> {
    return this.#execution?.isLive ?? false;
  }

  async resize(size: TerminalSize): Promise<void> {
    if (this.#execution !== undefined) checkResize(this.#execution, size);
  }

  protected async requestCancel(): Promise<boolean> {
    return this.#execution?.cancel('cancel') ?? false;
  }

  protected get status(): ExecutionStatus {
    return this.#execution?.status ?? 'pending';
  }

  protected get outcome(): ExecutionOutcome | undefined {
    return this.#execution?.outcome;
  }

  protected makeEmitter(): ExecutionEmitter {
    this.#ownEmitter = new ExecutionEmitter(ignore);
    this.#execution?.emitters.push(this.#ownEmitter);
    return this.#ownEmitter;
  }

  protected lineSource(): LineSource {
    this.#isIterated = true;
    const output = this.#execution?.output ?? new TestOutput(this.id, null, 0);
    if (this.#execution === undefined) output.end();
    return output.source(async () => {
      await this.ended();
      await this.failure();
    });
  }

  protected inputSink(): InputSink {
    const input = () => (this.#execution?.isLive ? this.#execution.input : undefined);
    return {
      send: async (data) => input()?.send(data),
      close: async () => input()?.close(),
    };
  }

  protected ended(): Promise<void> {
    return this.#execution?.whenEnded() ?? this.#refused.wait();
  }

  protected isFailed(): boolean {
    if ('error' in this.#started) return true;
    const { outcome } = this;
    return outcome !== undefined && isRejection(outcome, this.#options.reject ?? false);
  }

  protected report(): void {
    if (!this.isFailed()) return;
    const ends = [this.outcome?.status ?? 'settled', 'settled'] as const;
    const hasListener = ends.some((name) => (this.#ownEmitter?.listenerCount(name) ?? 0) > 0);
    if (this.#isIterated || (hasListener && this.outcome !== undefined))
      this.#result?.catch(ignore);
    else if (!this.#isAttached) void this.result;
  }

  protected async retainedOutput(): Promise<RetainedOutput> {
    const [stdout, stderr] = this.#execution?.output.texts ?? ['', ''];
    return [Buffer.from(stdout), Buffer.from(stderr)];
  }

  get #execution(): TestExecution | undefined {
    return 'error' in this.#started ? undefined : this.#started.execution;
  }

  async #complete(): Promise<ExecutionResult> {
    await this.ended();
    if ('error' in this.#started) throw calledAt(this.#started.error, this.caller);
    const { reject = false, signal } = this.#options;
    const result = this.#started.execution.result();
    if (!isRejection(result, reject)) return result;
    const cause = signal?.aborted && result.status === 'cancelled' ? signal.reason : undefined;
    throw calledAt(rejectionOf(result, cause), this.caller);
  }
}
