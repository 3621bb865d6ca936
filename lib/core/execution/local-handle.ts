/** The handle of one execution of an engine in this process, see `types/api`. */

import type { NativeEngine } from '../../../types/native';
import type { RunOptions, TerminalSize } from '../../../types/request';
import type { ExecutionOutcome, ExecutionResult, ExecutionStatus } from '../../../types/result';
import { engineClosed } from '../errors';
import { ExecutionEmitter } from '../events/emitter';
import { NO_OPTIONS } from '../options/call';
import { asAnySignal } from '../options/kinds';
import { asTerminalSize } from '../options/pty';
import type { LineSource } from '../output/line-reader';
import type { RetainedOutput } from '../output/output-bytes';
import type { InputSink } from '../output/stdin';
import { completion } from './completion';
import { exactResult } from './exact-output';
import type { ExecutionState } from './execution-state';
import type { Executions } from './executions';
import { Handle } from './handle';
import { lineSource } from './line-source';
import { requestIfLive } from './request-if-live';

/** For a rejection that is reported elsewhere. */
const ignore = (): void => undefined;

export class LocalHandle extends Handle {
  readonly #executions: Executions;
  readonly #state: ExecutionState;
  readonly #options: RunOptions;
  readonly #isAttached: boolean;
  #result: Promise<ExecutionResult> | undefined;

  constructor(
    executions: Executions,
    state: ExecutionState,
    options: RunOptions,
    isPiped: boolean,
    isAttached = false,
  ) {
    super(isPiped);
    this.#isAttached = isAttached;
    this.#executions = executions;
    this.#state = state;
    this.#options = options;
    // One that is not sent to the native engine was cancelled by its signal, or refused.
    this.cancelAt(state.token === 0 ? undefined : options.signal);
    state.handle = this;
    state.rejects = options.reject ?? false;
  }

  get id(): string {
    return this.#state.id;
  }

  get pid(): number | undefined {
    return this.#state.pid;
  }

  override get key(): string | null {
    return this.#state.key;
  }

  get result(): Promise<ExecutionResult> {
    this.#result ??= completion(this.#executions, this.#state, this.#options, this.caller);
    return this.#result;
  }

  protected requestCancel(): Promise<boolean> {
    return this.#requestIfLive((native, ticket) =>
      native.cancel(ticket, this.id, this.#state.token),
    );
  }

  async kill(signal: NodeJS.Signals | number = 'SIGTERM'): Promise<boolean> {
    const number = asAnySignal('signal', signal);
    return await this.#requestIfLive((native, ticket) =>
      native.kill(ticket, this.id, number, this.#state.token),
    );
  }

  renew(): Promise<boolean> {
    return this.#requestIfLive((native, ticket) =>
      native.renew(ticket, this.id, this.#state.token),
    );
  }

  async resize(size: TerminalSize): Promise<void> {
    const { cols, rows } = asTerminalSize('size', size);
    await this.#requestIfLive((native, ticket) =>
      native.resize(ticket, this.id, cols, rows, this.#state.token),
    );
  }

  /** For faces: resolves at the admission, and rejects with the refusal, as `execute()` does. */
  async admission(): Promise<void> {
    await this.#state.whenAnswered();
    if (this.#state.isRefused) throw this.#state.refusalError();
  }

  /** For faces. `outcome`: `undefined` before the end. */
  get facts(): { status: ExecutionStatus; outcome: ExecutionOutcome | undefined } {
    return { status: this.#state.status, outcome: this.#state.outcome };
  }

  /** For faces: the lines in batches. */
  lineSource(): LineSource {
    return lineSource(this.#executions, this.#state, () => this.failure());
  }

  /** For faces: the result at the time of the terminal event. The handle does not keep it. */
  readResult(): ExecutionResult {
    return this.#state.readResult(this.#executions.channel.open);
  }

  /**
   * For faces: the result with the exact output; `null` before the end.
   * @throws if the request did not ask for it
   */
  exactResult(encoding: 'utf8' | 'buffer'): ReturnType<typeof exactResult> {
    const native = this.#executions.channel.open;
    if (native === undefined) throw engineClosed();
    return exactResult(native, this.id, encoding, this.#state.token);
  }

  protected get status(): ExecutionStatus {
    return this.#state.status;
  }

  protected get outcome(): ExecutionOutcome | undefined {
    return this.#state.outcome;
  }

  protected makeEmitter(): ExecutionEmitter {
    const emitter = new ExecutionEmitter(() => this.#executions.updateWatch(this.#state));
    this.#state.emitters.push(emitter);
    return emitter;
  }

  protected inputSink(): InputSink {
    const state = this.#state;
    const { id } = state;
    return {
      send: (data) =>
        this.#requestIfLive((native, ticket) => native.sendInput(ticket, id, data, state.token)),
      close: () =>
        this.#requestIfLive((native, ticket) => native.closeInput(ticket, id, state.token)),
    };
  }

  protected ended(): Promise<void> {
    return this.#state.whenEnded();
  }

  protected isFailed(): boolean {
    return this.#state.isFailed(this.#options.reject ?? false);
  }

  protected report(): void {
    if (!this.isFailed()) return;
    // A result that is read here holds the output in memory as long as the handle exists.
    if (this.#state.isFailureReported || this.#isAttached) this.#result?.catch(ignore);
    else void this.result;
  }

  protected async retainedOutput(): Promise<RetainedOutput> {
    const native = this.#executions.channel.open;
    if (native === undefined) throw engineClosed();
    return native.output(this.id, 'buffer', this.#state.token) ?? undefined;
  }

  #requestIfLive(send: (native: NativeEngine, ticket: number) => void): Promise<boolean> {
    return requestIfLive(this.#executions.channel, this.#state, send);
  }
}

/**
 * The handle of an execution that was requested elsewhere, by `execute()` or before: the one of `run()`, if there is one.
 * The failure of an attached handle needs no handler. Outside the class: a bundler renames a class that refers to itself
 * by name.
 */
export function attachedHandle(executions: Executions, state: ExecutionState): LocalHandle {
  const known = state.handle as LocalHandle | undefined;
  return known ?? new LocalHandle(executions, state, NO_OPTIONS, state.isPiped, true);
}
