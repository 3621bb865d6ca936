/** The handle of one execution of an engine in this process, see `types/api`. */

import type { NativeEngine } from '../types/native';
import type { RunOptions } from '../types/request';
import type { ExecutionOutcome, ExecutionResult, ExecutionStatus } from '../types/result';
import { completion } from './completion';
import { ExecutionEmitter } from './emitter';
import { ExecutionError, engineClosed } from './errors';
import type { Executions } from './executions';
import { Handle } from './handle';
import type { KeptBytesSource } from './kept-bytes';
import { lineSource } from './line-source';
import type { LineSource } from './lines';
import type { LiveExecution } from './live';
import { asAnySignal } from './options/request';
import { reach } from './reach';
import { isRejection } from './rejection';
import type { InputSink } from './stdin';

/** Told elsewhere. */
const ignore = (): void => undefined;

export class ExecutionHandle extends Handle {
  readonly #executions: Executions;
  readonly #live: LiveExecution;
  readonly #options: RunOptions;
  #result: Promise<ExecutionResult> | undefined;

  constructor(executions: Executions, live: LiveExecution, options: RunOptions, isPiped: boolean) {
    super(isPiped);
    this.#executions = executions;
    this.#live = live;
    live.hasHandle = true;
    live.rejects = options.reject ?? false;
    this.#options = options;
    this.follow(options.signal);
  }

  get id(): string {
    return this.#live.id;
  }

  get pid(): number | undefined {
    return this.#live.pid;
  }

  get result(): Promise<ExecutionResult> {
    this.#result ??= completion(this.#executions, this.#live, this.#options);
    return this.#result;
  }

  cancel(): Promise<boolean> {
    return this.#reach((native, ticket) => native.cancel(ticket, this.id, this.#live.token));
  }

  async kill(signal: NodeJS.Signals | number = 'SIGTERM'): Promise<boolean> {
    const number = asAnySignal('signal', signal);
    return await this.#reach((native, ticket) =>
      native.kill(ticket, this.id, number, this.#live.token),
    );
  }

  /** Not of the contract, for the bridge: waits as `execute` does, and rejects as it does. */
  async admission(): Promise<void> {
    await this.#live.admission.wait();
    if (this.#live.refused) throw this.#live.refusalError();
  }

  /** Not of the contract, for the bridge: its lines as batches. */
  lineSource(): LineSource {
    return lineSource(this.#executions, this.#live, () => this.failure());
  }

  /** Not of the contract, for the bridge: its result as its end is told. The handle does not keep it. */
  readResult(): ExecutionResult {
    return this.#live.readResult(this.#executions.channel.open);
  }

  protected get status(): ExecutionStatus {
    return this.#live.status;
  }

  protected get outcome(): ExecutionOutcome | undefined {
    return this.#live.outcome;
  }

  protected makeEmitter(): ExecutionEmitter {
    const emitter = new ExecutionEmitter(() => this.#executions.updateWatch(this.#live));
    this.#live.emitters.push(emitter);
    return emitter;
  }

  protected inputSink(): InputSink {
    const live = this.#live;
    const { id } = live;
    return {
      send: (data) =>
        this.#reach((native, ticket) => native.sendInput(ticket, id, data, live.token)),
      close: () => this.#reach((native, ticket) => native.closeInput(ticket, id, live.token)),
    };
  }

  protected ended(): Promise<void> {
    return this.#live.end.wait();
  }

  protected isFailed(): boolean {
    const { refused, outcome } = this.#live;
    if (refused) return true;
    return outcome !== undefined && isRejection(outcome, this.#options.reject ?? false);
  }

  protected report(): void {
    if (!this.isFailed()) return;
    // Not made for its own sake: a result holds the output for as long as the handle is held.
    if (this.#live.reported) this.#result?.catch(ignore);
    else void this.result;
  }

  protected async keptOutput(): ReturnType<KeptBytesSource['read']> {
    const native = this.#executions.channel.open;
    if (native === undefined) throw engineClosed();
    return native.output(this.id, 'buffer', this.#live.token) ?? undefined;
  }

  protected error(...[code, message]: Parameters<KeptBytesSource['error']>): Error {
    return new ExecutionError(code, message);
  }

  #reach(send: (native: NativeEngine, ticket: number) => void): Promise<boolean> {
    return reach(this.#executions.channel, this.#live, send);
  }
}
