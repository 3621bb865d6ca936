/** The engine: one method per verb of its contract, see `types/api`. */

import type * as util from 'node:util';
import type { Execution, ExecutionEngineApi, InputData, PipedExecution } from '../types/api';
import type { ExecutionConfig, ExecutionConfigInput } from '../types/config';
import type { NativeRecovered } from '../types/native';
import type { ExecutionRequest, RunOptions, WaitOptions } from '../types/request';
import type {
  EngineStats,
  ExecutionFilter,
  ExecutionResult,
  ExecutionStatus,
  ExecutionSummary,
  RecoveredExecution,
} from '../types/result';
import { completionOf } from './completion';
import { ExecutionEmitter } from './emitter';
import { checkPermission, inheritedEnv } from './environment';
import { engineClosed, fromNative, notFound, waitTimedOut } from './errors';
import { ExecutionHandle } from './execution';
import { Executions } from './executions';
import { Singleton, serialConfig } from './global';
import {
  encoding,
  executionFilter,
  graceOption,
  runOptions,
  signalOption,
  waitOptions,
} from './options/call';
import { asData, asId } from './options/checks';
import { effectiveConfig } from './options/config';
import { asAnySignal, type NormalRequest, normalRequest, randomId } from './options/request';
import { outcomeOf } from './outcome';
import { withdraw } from './reach';
import { recoveredOf } from './recovered';
import { statsOf, summaryOf, withBytes, withOutput } from './results';
import { limited, throwIfAborted } from './waiting';

const shared = new Singleton<ExecutionEngine>();

/**
 * Runs commands on threads of its own and tells of them by events.
 *
 * @example
 * ```ts
 * const engine = new ExecutionEngine({ maxConcurrentExecutions: 4 });
 * engine.on('stdout', ({ executionId, line }) => console.log(executionId, line));
 * const id = await engine.execute({ command: { type: 'shell', command: 'npm test' } });
 * const { status, exitCode } = await engine.waitForCompletion(id);
 * ```
 */
export class ExecutionEngine extends ExecutionEmitter implements ExecutionEngineApi {
  readonly config: Readonly<ExecutionConfig>;
  readonly #executions: Executions;
  #shutdown: Promise<void> | undefined;
  #recovered: Promise<readonly RecoveredExecution[]> | undefined;

  /**
   * Starts the engine's threads. They do not keep the process alive; work does.
   * @throws `ERR_INVALID_CONFIG`, synchronously: the field, what was given, what is allowed
   */
  constructor(config?: ExecutionConfigInput) {
    super(() => this.#executions.updateAllWatches());
    this.config = effectiveConfig(config);
    this.#executions = new Executions(this.config, this);
  }

  /**
   * Makes the one engine that {@link global} gives to everybody. It is serial:
   * `maxConcurrentExecutions` is 1 and `maxQueuedExecutions` is `Infinity` unless `config` names
   * others.
   * @throws `ERR_INVALID_CONFIG` on a bad field, and on a second call
   */
  static initGlobal(config?: ExecutionConfigInput): ExecutionEngine {
    return shared.init(() => serialEngine(config));
  }

  /**
   * The engine made by {@link initGlobal}.
   * @throws `ERR_INVALID_CONFIG` when there is none yet
   */
  static global(): ExecutionEngine {
    return shared.get();
  }

  async execute(request: ExecutionRequest, options?: WaitOptions): Promise<string> {
    const signal = signalOption(options);
    const prepared = this.#prepare(request);
    throwIfAborted(signal);
    const live = this.#executions.submit(prepared);
    try {
      await limited(live.admission.wait(), signal);
    } catch (error) {
      withdraw(this.#channel, live);
      throw error;
    }
    if (live.refused) throw live.refusalError();
    return live.id;
  }

  run(request: ExecutionRequest & { stdin: 'pipe' }, options?: RunOptions): PipedExecution;
  run(request: ExecutionRequest, options?: RunOptions): Execution;
  run(request: ExecutionRequest, options?: RunOptions): Execution {
    const executions = this.#executions;
    // Also of a refused one: writing to it is no error.
    let piped = false;
    try {
      piped = request?.stdin === 'pipe';
      const chosen = runOptions(options);
      const prepared = this.#prepare(request);
      const live = chosen.signal?.aborted
        ? executions.cancelled(prepared)
        : executions.submitWatched(prepared);
      return new ExecutionHandle(executions, live, chosen, piped);
    } catch (error) {
      const live = executions.refused(idOf(request), error as Error);
      return new ExecutionHandle(executions, live, {}, piped);
    }
  }

  async getStatus(id: string): Promise<ExecutionStatus> {
    const known = asId('id', id);
    const status = this.#native.status(known);
    if (status === undefined) throw notFound(known);
    return status;
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
  ): Promise<ExecutionResult | ExecutionResult<Uint8Array> | null> {
    const known = asId('id', id);
    const form = encoding(options);
    const native = this.#native;
    const result = native.result(known);
    if (result === undefined) throw notFound(known);
    if (result === null) return null;
    const outcome = outcomeOf(known, result);
    return form === 'buffer' ? withBytes(outcome, native) : withOutput(outcome, native);
  }

  async waitForCompletion(
    id: string,
    options?: WaitOptions & { timeoutMs?: number | undefined },
  ): Promise<ExecutionResult> {
    const known = asId('id', id);
    const { signal, timeoutMs } = waitOptions(options);
    throwIfAborted(signal);
    const completion = completionOf(this.#executions, known);
    return await limited(completion, signal, {
      ms: timeoutMs,
      error: () => waitTimedOut(known, timeoutMs),
    });
  }

  async cancel(id: string): Promise<boolean> {
    const known = asId('id', id);
    return await this.#channel.ask((native, ticket) => native.cancel(ticket, known));
  }

  async sendInput(id: string, data: InputData, options?: WaitOptions): Promise<void> {
    const known = asId('id', id);
    const bytes = asData('data', data);
    const signal = signalOption(options);
    throwIfAborted(signal);
    const taken = this.#channel.ask<void>((native, ticket) =>
      native.sendInput(ticket, known, bytes),
    );
    await limited(taken, signal);
  }

  async closeInput(id: string): Promise<void> {
    const known = asId('id', id);
    await this.#channel.ask((native, ticket) => native.closeInput(ticket, known));
  }

  async kill(id: string, signal: NodeJS.Signals | number): Promise<boolean> {
    const known = asId('id', id);
    const number = asAnySignal('signal', signal);
    return await this.#channel.ask((native, ticket) => native.kill(ticket, known, number));
  }

  async listExecutions(filter?: ExecutionFilter): Promise<ExecutionSummary[]> {
    return this.#native.list(executionFilter(filter)).map(summaryOf);
  }

  async runningCount(): Promise<number> {
    return this.#native.runningCount();
  }

  async queuedCount(): Promise<number> {
    return this.#native.queuedCount();
  }

  async removeExecution(id: string): Promise<void> {
    const error = this.#native.remove(asId('id', id));
    if (error !== null) throw fromNative(error);
  }

  async cleanup(): Promise<number> {
    return await this.#channel.ask((native, ticket) => native.cleanup(ticket));
  }

  async startCleanupTask(): Promise<void> {
    this.#native.startCleanupTask();
  }

  async stopCleanupTask(): Promise<void> {
    this.#native.stopCleanupTask();
  }

  async stats(): Promise<EngineStats> {
    const native = this.#native;
    return statsOf(native.stats(), native.runningCount(), native.queuedCount());
  }

  async onIdle(options?: WaitOptions): Promise<void> {
    const signal = signalOption(options);
    if (this.#channel.open === undefined) throw engineClosed();
    throwIfAborted(signal);
    await limited(this.#executions.whenIdle(), signal);
  }

  shutdown(options?: { graceMs?: number | undefined }): Promise<void> {
    if (this.#shutdown === undefined) {
      try {
        const { forceKillAfterDelayMs: usual } = this.config;
        const graceMs = graceOption(options) ?? (usual === false ? 5000 : usual);
        this.#shutdown = this.#executions.shutdown(graceMs);
      } catch (error) {
        return Promise.reject(error);
      }
    }
    return this.#shutdown;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /**
   * What hosts of before were running when they died, out of the journals in `journalDir`: by the
   * time this settles, nothing of it lives that could be ended. Each is told to one engine, once.
   * Empty without a `journalDir`.
   */
  get recovered(): Promise<readonly RecoveredExecution[]> {
    this.#recovered ??= this.#recover();
    return this.#recovered;
  }

  /** Lets work keep the process alive, as it does by default. */
  ref(): this {
    this.#channel.holdLoop(true);
    return this;
  }

  /** Lets the process end while there is work; what runs then is killed. */
  unref(): this {
    this.#channel.holdLoop(false);
    return this;
  }

  [Symbol.for('nodejs.util.inspect.custom')](
    depth: number,
    options: util.InspectOptionsStylized,
    inspect: typeof util.inspect,
  ): string {
    if (depth < 0) return options.stylize('[ExecutionEngine]', 'special');
    const state = this.#channel.open === undefined ? 'closed' : 'open';
    const config = { ...this.config, redact: this.config.redact.map(() => '***') };
    return `ExecutionEngine ${inspect({ state, config }, options)}`;
  }

  get #channel(): Executions['channel'] {
    return this.#executions.channel;
  }

  /** Throws `ERR_ENGINE_CLOSED`, which the methods turn into a rejection. */
  get #native(): Executions['channel']['native'] {
    return this.#executions.channel.native;
  }

  async #recover(): Promise<readonly RecoveredExecution[]> {
    return recoveredOf(
      await this.#channel.ask<NativeRecovered[]>((native, ticket) => native.recovered(ticket)),
    );
  }

  #prepare(request: ExecutionRequest): NormalRequest {
    this.#channel.checkAdmission();
    checkPermission();
    const prepared = normalRequest(request);
    if (prepared.extendEnv) prepared.inheritedEnv = inheritedEnv();
    return prepared;
  }
}

/** Not in the class: one that names itself gets another name when it is bundled. */
function serialEngine(config: ExecutionConfigInput | undefined): ExecutionEngine {
  return new ExecutionEngine(serialConfig(config));
}

/** Of a refused one, which may be what it was refused for. */
function idOf(request: ExecutionRequest): string {
  try {
    const { id } = request;
    if (typeof id === 'string') return id;
  } catch {
    // A getter of the caller's. The error that is told is the first one.
  }
  return randomId();
}
