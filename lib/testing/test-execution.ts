/** One execution of a fake engine: reads the answer of the test, emits the events, and keeps the result. */

import { AsyncResource } from 'node:async_hooks';
import type { Execution } from '../../types/api';
import type { ExecutionConfig } from '../../types/config';
import type { ExecutionRequest } from '../../types/request';
import type { ExecutionOutcome, ExecutionResult, ExecutionStatus } from '../../types/result';
import type { FakeEngineOptions, FakeResult } from '../../types/testing';
import { Deferred, type ExecutionEmitter, printable, publish } from '../core/index';
import { type Answer, answerOf, isResult, linesOf } from './answer';
import { InputQueue } from './input-queue';
import { endedBy, failedWith, outcomeOf } from './outcome';
import { TestOutput } from './test-output';
import { turn } from './turn';

/** A request that was checked. */
export interface TestRequest {
  readonly id: string;
  readonly request: ExecutionRequest;
  readonly command: string;
  readonly metadata: ExecutionOutcome['metadata'];
  readonly isPiped: boolean;
  readonly timeoutMs: number;
  readonly priority: number;
  readonly key: string | undefined;
}

/** Larger than the process IDs of Linux, so that a test which signals it reaches no process. */
let lastPid = 2 ** 22;
/** Timers cannot wait longer. */
const LONGEST_TIMER = 2 ** 31 - 1;

export class TestExecution {
  readonly given: TestRequest;
  readonly input: InputQueue;
  readonly output: TestOutput;
  /** Those of the engine and of the handle. */
  readonly emitters: ExecutionEmitter[];
  readonly resource = new AsyncResource('EscherExecution');
  readonly #streamOutput: boolean;
  readonly #abort = new AbortController();
  readonly #end = new Deferred();
  readonly #requestedAt = Date.now();
  readonly #requested = performance.now();
  #started: number | undefined;
  #startedAt: number | undefined;
  #answer: Answer | undefined;
  #timer: NodeJS.Timeout | undefined;
  pid: number | undefined;
  status: ExecutionStatus = 'pending';
  outcome: ExecutionOutcome | undefined;
  /** That of `run()`, or of the first `attach()`. */
  handle: Execution | undefined;
  /** Called after the last event. */
  onEnd: () => void = () => undefined;

  constructor(given: TestRequest, emitter: ExecutionEmitter, config: Readonly<ExecutionConfig>) {
    this.given = given;
    this.emitters = [emitter];
    this.#streamOutput = config.streamOutput;
    this.output = new TestOutput(given.id, given.key ?? null, config.maxPendingEventBytes);
    this.input = new InputQueue(given.isPiped, given.request.input as string | undefined);
  }

  get id(): string {
    return this.given.id;
  }

  get isLive(): boolean {
    return this.outcome === undefined;
  }

  get startedAt(): number {
    return this.#startedAt ?? this.#requestedAt;
  }

  get durationMs(): number {
    return this.outcome?.durationMs ?? performance.now() - (this.#started ?? performance.now());
  }

  /** Resolves after the last event. */
  whenEnded(): Promise<void> {
    return this.#end.wait();
  }

  /** Asks the test for the answer. Throws what it throws. */
  begin(on: FakeEngineOptions['on']): void {
    const { id, input } = this;
    const given = on(this.given.request, { id, signal: this.#abort.signal, input });
    const answer = isPromise(given) ? Promise.resolve(given).then(answerOf) : answerOf(given);
    // A rejection is reported by the execution, in a later turn.
    if (isPromise(answer)) answer.catch(() => undefined);
    this.resource.runInAsyncScope(() => void this.#run(answer));
  }

  /** Ends it, if it has not ended by itself. */
  stop(result: FakeResult): boolean {
    if (!this.isLive) return false;
    this.resource.runInAsyncScope(() => this.#finish(result));
    return true;
  }

  /** Ends it on request. One without a process gets no signal. */
  cancel(reason: 'cancel' | 'shutdown'): boolean {
    return this.stop(endedBy(reason, this.pid === undefined ? null : 'SIGTERM'));
  }

  result(): ExecutionResult {
    const [stdout, stderr] = this.output.texts;
    return printable({ ...(this.outcome as ExecutionOutcome), stdout, stderr });
  }

  async #run(given: Promise<Answer> | Answer): Promise<void> {
    try {
      // Listeners can be added before the first event.
      await turn();
      // Without a process there is no event of its start.
      const known = isPromise(given) ? undefined : given.known;
      if (this.isLive && known?.error?.code !== 'ERR_SPAWN_FAILED') this.#start();
      const answer = await given;
      if (this.isLive) await this.#read(answer);
      else answer.stop();
    } catch (error) {
      this.#finish(failedWith(error));
    }
  }

  #start(): void {
    this.pid = ++lastPid;
    this.#started = performance.now();
    this.#startedAt = Date.now();
    this.status = 'running';
    const { id: executionId, pid } = this;
    const { command, key = null, timeoutMs } = this.given;
    const timestamp = this.#startedAt;
    if (timeoutMs !== Number.POSITIVE_INFINITY)
      this.#timer = setTimeout(() => this.#timeOut(), Math.min(timeoutMs, LONGEST_TIMER));
    publish(this.emitters, 'started', { executionId, timestamp, key, pid, command });
    const change = { oldStatus: 'pending', newStatus: 'running' } as const;
    publish(this.emitters, 'statusChanged', { executionId, timestamp, key, ...change });
  }

  #timeOut(): void {
    const message = `Execution timeout after ${this.given.timeoutMs}ms`;
    this.stop(endedBy('timeout', 'SIGTERM', { code: 'ERR_TIMEOUT', message }));
  }

  async #read(answer: Answer): Promise<void> {
    this.#answer = answer;
    while (this.isLive) {
      const step = await answer.next();
      if (isResult(step)) return this.#finish(step);
      for (const [stream, line] of step) {
        if (this.isLive) this.#push(stream, [line]);
      }
      await this.output.taken();
      // An endless generator must not block the event loop.
      if (this.output.lines % 1000 === 0) await turn();
    }
  }

  #push(stream: 0 | 1, lines: string[], text?: string): void {
    const listening = this.#streamOutput ? this.emitters : [];
    this.output.push(listening, this.given.request.mergeStderr ? 0 : stream, lines, text);
  }

  #finish(result: FakeResult): void {
    if (!this.isLive) return;
    const { stdout = '', stderr = '' } = result;
    if (stdout !== '') this.#push(0, linesOf(stdout), stdout);
    if (stderr !== '') this.#push(1, linesOf(stderr), stderr);
    // A listener may have ended it.
    if (!this.isLive) return;
    clearTimeout(this.#timer);
    const oldStatus = this.status;
    const outcome = outcomeOf(this.#known(), result);
    this.outcome = outcome;
    this.status = outcome.status;
    this.#abort.abort();
    this.input.end();
    this.#answer?.stop();
    this.#emitEnd(oldStatus, outcome);
    this.output.end();
    this.#end.resolve();
    this.onEnd();
  }

  #known() {
    const now = performance.now();
    const { id, command, key = null, metadata } = this.given;
    const [stdout, stderr] = this.output.texts;
    return {
      id,
      command,
      key,
      metadata,
      pid: this.pid ?? null,
      startedAt: this.startedAt,
      durationMs: this.#started === undefined ? 0 : now - this.#started,
      queuedMs: (this.#started ?? now) - this.#requested,
      launchMs: 0,
      stdoutBytes: Buffer.byteLength(stdout),
      stderrBytes: Buffer.byteLength(stderr),
    };
  }

  #emitEnd(oldStatus: ExecutionStatus, outcome: ExecutionOutcome): void {
    const { id: executionId, emitters } = this;
    const { completedAt: timestamp, key, status: newStatus } = outcome;
    publish(emitters, 'statusChanged', { executionId, timestamp, key, oldStatus, newStatus });
    const payload = { executionId, timestamp, key, result: printable(outcome) };
    publish(emitters, newStatus, payload);
    publish(emitters, 'settled', payload);
  }
}

const isPromise = <T>(value: T | Promise<T>): value is Promise<T> =>
  typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
