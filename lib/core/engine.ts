/** The engine of this process: one method for each call of its API, see `types/api`. */

import type * as util from 'node:util';
import type { Execution, ExecutionEngineApi, InputData } from '../../types/api';
import type { ExecutionConfig, ExecutionConfigInput } from '../../types/config';
import type {
  ExecutionRequest,
  RunOptions,
  TerminalSize,
  ValidateOptions,
  WaitOptions,
} from '../../types/request';
import type {
  ExecutionResult,
  ExecutionStatus,
  RecoveredExecution,
  ShutdownResult,
} from '../../types/result';
import type { AnyResult } from './engine-base';
import { EngineControl } from './engine-control';
import { engineClosed, notFound, waitTimedOut } from './errors';
import { completion, completionOf } from './execution/completion';
import { exactResult } from './execution/exact-output';
import type { ExecutionState } from './execution/execution-state';
import { Executions } from './execution/executions';
import type { Handle } from './execution/handle';
import { attachedHandle, LocalHandle } from './execution/local-handle';
import { recovered } from './execution/recovery';
import { withdraw } from './execution/request-if-live';
import { withBytes, withOutput, withoutOutput } from './execution/results';
import { prepared, untilAborted } from './execution/submission';
import { outcomeAt } from './generated/returned';
import {
  filesOption,
  NO_OPTIONS,
  type ResultOptions,
  runOptions,
  signalOption,
  waitOptions,
} from './options/call';
import { asData, asId } from './options/checks';
import { checkedConfig, shutdownGraceMs } from './options/config';
import { asAnySignal } from './options/kinds';
import { asTerminalSize } from './options/pty';
import { type CheckedRequest, idOfRefused, isRefusedPiped } from './options/request';
import { calledAt, callSite } from './util/call-site';
import { SharedEngine, serialConfig } from './util/shared-engine';
import { boundedWait, throwIfAborted } from './util/wait';

const shared = new SharedEngine<ExecutionEngine>();

/**
 * Runs commands on threads of its own and emits events about them.
 *
 * @example
 * ```ts
 * const engine = new ExecutionEngine({ maxConcurrentExecutions: 4 });
 * engine.on('stdout', ({ executionId, line }) => console.log(executionId, line));
 * const id = await engine.execute({ command: { type: 'shell', command: 'npm test' } });
 * const { status, exitCode } = await engine.waitForCompletion(id);
 * ```
 */
export class ExecutionEngine extends EngineControl implements ExecutionEngineApi {
  readonly config: Readonly<ExecutionConfig>;
  readonly #executions: Executions;
  #recovered: Promise<readonly RecoveredExecution[]> | undefined;

  /**
   * Starts the engine's threads. The threads do not keep the process alive; executions do.
   * @throws `ERR_INVALID_CONFIG`, synchronously: names the field, the value and what is allowed
   */
  constructor(config?: ExecutionConfigInput) {
    super(() => this.#executions.updateAllWatches());
    const checked = checkedConfig(config);
    this.config = checked.config;
    this.#executions = new Executions(checked, this);
  }

  /**
   * Creates the engine that {@link global} returns. It is serial: `maxConcurrentExecutions` is 1 and
   * `maxQueuedExecutions` is `Infinity` unless `config` sets them.
   * @throws `ERR_INVALID_CONFIG` for an invalid field, and on a second call
   */
  static initGlobal(config?: ExecutionConfigInput): ExecutionEngine {
    return shared.init(() => serialEngine(config));
  }

  /**
   * The engine created by {@link initGlobal}.
   * @throws `ERR_INVALID_CONFIG` before the call of `initGlobal()`
   */
  static global(): ExecutionEngine {
    return shared.get();
  }

  async execute(request: ExecutionRequest, options?: WaitOptions): Promise<string> {
    const caller = callSite(this.execute);
    try {
      const signal = signalOption(options);
      const checked = this.#checked(request);
      throwIfAborted(signal);
      const state = this.#executions.submit(checked);
      if (signal === undefined) await state.whenAnswered();
      else await untilAborted(this.channel, signal, state);
      if (state.isRefused) throw state.refusalError();
      return state.id;
    } catch (error) {
      throw calledAt(error, caller);
    }
  }

  attach(id: string): Execution | undefined {
    const state = this.#executions.attach(asId('id', id));
    return state && attachedHandle(this.#executions, state);
  }

  async validate(request: ExecutionRequest, options?: ValidateOptions): Promise<void> {
    const caller = callSite(this.validate);
    try {
      const files = filesOption(options);
      const { values } = this.#checked(request);
      await this.channel.ask((native, ticket) => native.validate(ticket, files, ...values));
    } catch (error) {
      throw calledAt(error, caller);
    }
  }

  async getStatus(id: string): Promise<ExecutionStatus> {
    const known = asId('id', id);
    const status = this.#native.status(known);
    if (status === undefined) throw notFound(known);
    return status;
  }

  async waitForCompletion(
    id: string,
    options?: WaitOptions & { timeoutMs?: number | undefined },
  ): Promise<ExecutionResult> {
    if (options === undefined) {
      const state = this.#executions.find(id);
      if (state !== undefined) return await completion(this.#executions, state);
    }
    const known = asId('id', id);
    const { signal, timeoutMs } = waitOptions(options);
    throwIfAborted(signal);
    return await boundedWait(completionOf(this.#executions, known), signal, {
      ms: timeoutMs,
      error: () => waitTimedOut(known, timeoutMs),
    });
  }

  async cancel(id: string): Promise<boolean> {
    const known = asId('id', id);
    return await this.channel.ask((native, ticket) => native.cancel(ticket, known));
  }

  async renew(id: string): Promise<boolean> {
    const known = asId('id', id);
    return await this.channel.ask((native, ticket) => native.renew(ticket, known));
  }

  async sendInput(id: string, data: InputData, options?: WaitOptions): Promise<void> {
    const known = asId('id', id);
    const bytes = asData('data', data);
    const signal = signalOption(options);
    throwIfAborted(signal);
    const accepted = this.channel.ask<void>((native, ticket) =>
      native.sendInput(ticket, known, bytes),
    );
    await boundedWait(accepted, signal);
  }

  async closeInput(id: string): Promise<void> {
    const known = asId('id', id);
    await this.channel.ask((native, ticket) => native.closeInput(ticket, known));
  }

  async resize(id: string, size: TerminalSize): Promise<void> {
    const known = asId('id', id);
    const { cols, rows } = asTerminalSize('size', size);
    await this.channel.ask((native, ticket) => native.resize(ticket, known, cols, rows));
  }

  async kill(id: string, signal: NodeJS.Signals | number): Promise<boolean> {
    const known = asId('id', id);
    const number = asAnySignal('signal', signal);
    return await this.channel.ask((native, ticket) => native.kill(ticket, known, number));
  }

  async onIdle(options?: WaitOptions): Promise<void> {
    const signal = signalOption(options);
    if (this.channel.open === undefined) throw engineClosed();
    throwIfAborted(signal);
    await boundedWait(this.#executions.whenIdle(), signal);
  }

  /**
   * Executions that were running when an earlier host process died, read from the journals in `journalDir`. When the
   * promise settles, the processes that could be ended have ended. Each execution is reported to one engine, once.
   * Empty without a `journalDir`.
   */
  get recovered(): Promise<readonly RecoveredExecution[]> {
    this.#recovered ??= recovered(this.channel);
    return this.#recovered;
  }

  /** Executions keep the process alive: the default. */
  ref(): this {
    this.channel.holdLoop(true);
    return this;
  }

  /** Executions do not keep the process alive. Those that run when it exits are killed. */
  unref(): this {
    this.channel.holdLoop(false);
    return this;
  }

  [Symbol.for('nodejs.util.inspect.custom')](
    depth: number,
    options: util.InspectOptionsStylized,
    inspect: typeof util.inspect,
  ): string {
    if (depth < 0) return options.stylize('[ExecutionEngine]', 'special');
    const state = this.channel.open === undefined ? 'closed' : 'open';
    return `ExecutionEngine ${inspect({ state, config: this.config }, options)}`;
  }

  /** @internal */
  protected start(request: ExecutionRequest, options: RunOptions | undefined): Handle {
    const executions = this.#executions;
    let started: ExecutionState | undefined;
    try {
      const known = runOptions(options);
      const checked = this.#checked(request);
      started = known.signal?.aborted
        ? executions.cancelled(checked)
        : executions.submitWatched(checked);
      return new LocalHandle(executions, started, known, checked.isPiped);
    } catch (error) {
      // The signal of a polyfill took no listener.
      if (started !== undefined) withdraw(this.channel, started);
      const state = executions.refused(idOfRefused(request), error as Error);
      return new LocalHandle(executions, state, NO_OPTIONS, isRefusedPiped(request));
    }
  }

  /** @internal */
  protected async readResult(
    id: string,
    { encoding, redacted }: ResultOptions,
  ): Promise<AnyResult | null> {
    const native = this.#native;
    if (!redacted) return exactResult(native, id, encoding);
    const result = native.result(id);
    if (result === undefined) throw notFound(id);
    if (result === null) return null;
    return encoding === 'buffer'
      ? withBytes(outcomeAt(result, 0, id), native)
      : withOutput(withoutOutput(result, id), native);
  }

  /** @internal */
  protected end(graceMs: number | undefined): Promise<ShutdownResult> {
    return this.#executions.shutdown(graceMs ?? shutdownGraceMs(this.config));
  }

  #checked(request: ExecutionRequest): CheckedRequest {
    return prepared(this.channel, request, this.secrets.known);
  }

  /** @internal */
  protected get channel(): Executions['channel'] {
    return this.#executions.channel;
  }

  /** @internal */
  protected get secrets(): Executions['secrets'] {
    return this.#executions.secrets;
  }

  /** Throws `ERR_ENGINE_CLOSED` after a shutdown; the async methods turn it into a rejection. */
  get #native(): Executions['channel']['native'] {
    return this.channel.native;
  }
}

/** Outside the class: a bundler renames a class that refers to itself by name. */
function serialEngine(config: ExecutionConfigInput | undefined): ExecutionEngine {
  return new ExecutionEngine(serialConfig(config));
}
