/** The fake engine: the methods of its API, see `types/api` and `types/testing`. */

import type { Execution, InputData } from '../../types/api';
import type { ExecutionConfig } from '../../types/config';
import type {
  ExecutionRequest,
  RunOptions,
  TerminalSize,
  ValidateOptions,
  WaitOptions,
} from '../../types/request';
import type { ExecutionResult, ExecutionStatus, ShutdownResult } from '../../types/result';
import type { FakeEngine, FakeEngineOptions } from '../../types/testing';
import {
  type AnyResult,
  asAnySignal,
  asData,
  asId,
  boundedWait,
  calledAt,
  callSite,
  Deferred,
  filesOption,
  idOfRefused,
  isRefusedPiped,
  isRejection,
  noExactOutput,
  type ResultOptions,
  rejectionOf,
  runOptions,
  signalOption,
  throwIfAborted,
  waitOptions,
  waitTimedOut,
} from '../core/index';
import { failedWith } from './outcome';
import { checkResize } from './resize';
import { signalled } from './signalled';
import { TestControl } from './test-control';
import { TestExecution, type TestRequest } from './test-execution';
import { type Started, TestHandle } from './test-handle';
import { testRequest } from './test-request';
import { turn } from './turn';

export class TestEngine extends TestControl implements FakeEngine {
  readonly requests: ExecutionRequest[] = [];
  readonly #on: FakeEngineOptions['on'];
  #idle = new Deferred();

  constructor(on: FakeEngineOptions['on'], config: Readonly<ExecutionConfig>) {
    super(config);
    this.#on = on;
  }

  async execute(request: ExecutionRequest, options?: WaitOptions): Promise<string> {
    const caller = callSite(this.execute);
    try {
      const signal = signalOption(options);
      const execution = this.#prepare(request);
      throwIfAborted(signal);
      this.#admit(execution);
      return execution.id;
    } catch (error) {
      throw calledAt(error, caller);
    }
  }

  attach(id: string): Execution | undefined {
    const execution = this.records.find(asId('id', id));
    if (execution === undefined || this.isShutDown) return undefined;
    execution.handle ??= new TestHandle({ execution }, {}, execution.given.isPiped, true);
    return execution.handle;
  }

  /** Files are not looked for. */
  async validate(request: ExecutionRequest, options?: ValidateOptions): Promise<void> {
    const caller = callSite(this.validate);
    try {
      filesOption(options);
      this.#checked(request);
    } catch (error) {
      throw calledAt(error, caller);
    }
  }

  async getStatus(id: string): Promise<ExecutionStatus> {
    return this.find(id).status;
  }

  async waitForCompletion(
    id: string,
    options?: WaitOptions & { timeoutMs?: number | undefined },
  ): Promise<ExecutionResult> {
    const execution = this.find(id);
    const { signal, timeoutMs } = waitOptions(options);
    throwIfAborted(signal);
    await boundedWait(execution.whenEnded(), signal, {
      ms: timeoutMs,
      error: () => waitTimedOut(execution.id, timeoutMs),
    });
    const result = execution.result();
    if (isRejection(result, false)) throw rejectionOf(result);
    return result;
  }

  async cancel(id: string): Promise<boolean> {
    return this.find(id).cancel('cancel');
  }

  async sendInput(id: string, data: InputData, options?: WaitOptions): Promise<void> {
    const execution = this.find(id);
    const bytes = asData('data', data);
    throwIfAborted(signalOption(options));
    execution.input.send(bytes);
  }

  async closeInput(id: string): Promise<void> {
    this.find(id).input.close();
  }

  async kill(id: string, signal: NodeJS.Signals | number): Promise<boolean> {
    const execution = this.find(id);
    return signalled(execution, asAnySignal('signal', signal));
  }

  /** Leases do not end in a fake engine: a test decides about ends. */
  async renew(id: string): Promise<boolean> {
    return this.find(id).isLive;
  }

  async resize(id: string, size: TerminalSize): Promise<void> {
    const execution = this.find(id);
    checkResize(execution, size);
  }

  async onIdle(options?: WaitOptions): Promise<void> {
    const signal = signalOption(options);
    this.checkOpen();
    throwIfAborted(signal);
    await boundedWait(this.#whenIdle(), signal);
  }

  protected start(request: ExecutionRequest, options: RunOptions | undefined): TestHandle {
    const isPiped = isRefusedPiped(request);
    try {
      const checked = runOptions(options);
      const execution = this.#prepare(request);
      const handle = new TestHandle({ execution }, checked, isPiped);
      execution.handle = handle;
      // Without a process, and without a record.
      if (checked.signal?.aborted) void turn().then(() => execution.cancel('cancel'));
      else this.#admit(execution);
      return handle;
    } catch (error) {
      const refused: Started = { id: idOfRefused(request), error };
      return new TestHandle(refused, {}, isPiped);
    }
  }

  protected async readResult(
    id: string,
    { encoding, redacted }: ResultOptions,
  ): Promise<AnyResult | null> {
    const execution = this.find(id);
    if (!redacted && execution.given.request.capture !== 'raw') throw noExactOutput();
    if (execution.isLive) return null;
    const result = execution.result();
    if (encoding === 'utf8') return result;
    const [stdout, stderr] = [result.stdout, result.stderr].map((text) => Buffer.from(text));
    return { ...result, stdout, stderr } as ExecutionResult<Uint8Array>;
  }

  protected async end(): Promise<ShutdownResult> {
    const { live } = this.records;
    const isPending = ({ status }: TestExecution): boolean => status === 'pending';
    // Those that wait first: otherwise they would get the places of the others.
    for (const execution of live.filter(isPending)) execution.cancel('shutdown');
    for (const execution of live) execution.cancel('shutdown');
    await Promise.all(live.map((execution) => execution.whenEnded()));
    return { survivors: [] };
  }

  #checked(request: ExecutionRequest): TestRequest {
    this.checkOpen();
    return testRequest(request, this.config, (id) => this.records.has(id));
  }

  #prepare(request: ExecutionRequest): TestExecution {
    return new TestExecution(this.#checked(request), this, this.config);
  }

  /** @throws what the test throws, and `ERR_CONCURRENCY_LIMIT` */
  #admit(execution: TestExecution): void {
    const place = this.places.admit(execution);
    try {
      this.records.add(execution);
      if (place === 'runs') execution.begin(this.#on);
    } catch (error) {
      this.records.forget(execution);
      this.#leave(execution);
      throw error;
    }
    this.requests.push(execution.given.request);
    execution.onEnd = () => {
      this.records.count(execution);
      this.#leave(execution);
    };
  }

  #leave(execution: TestExecution): void {
    this.begin(this.places.leave(execution));
    if (this.places.running + this.places.queued > 0) return;
    this.#idle.resolve();
    this.#idle = new Deferred();
  }

  /** Those that have got a place. */
  protected begin(executions: readonly TestExecution[]): void {
    for (const next of executions) {
      try {
        next.resource.runInAsyncScope(() => next.begin(this.#on));
      } catch (error) {
        next.stop(failedWith(error));
      }
    }
  }

  async #whenIdle(): Promise<void> {
    while (this.places.running + this.places.queued > 0) await this.#idle.wait();
  }
}
