/** The handle of an execution in another process, see `types/api`. */

import type { Writable } from 'node:stream';
import type * as util from 'node:util';
import type { Execution, ExecutionLine } from '../../types/api';
import type { ExecutionEventName, ExecutionListener, OutputStream } from '../../types/events';
import type { RunOptions } from '../../types/request';
import type { ExecutionOutcome, ExecutionResult, ExecutionStatus } from '../../types/result';
import type { WireResult } from '../../types/wire';
import { onAbort } from '../abort';
import { ExecutionEmitter, wantsLines } from '../emitter';
import { ExecutionError } from '../index';
import { asLines, asStrings, iterate } from '../lines';
import { Moment } from '../moment';
import { asOneOf } from '../options/checks';
import { isRejection } from '../rejection';
import { createStdin } from '../stdin';
import type { BridgeChannel } from './channel';
import { sendPieces } from './input';
import { RemoteLines } from './remote-lines';
import { resultFromWire } from './result';

/** Told elsewhere, or of no interest. */
const ignore = (): void => undefined;

export interface RemoteStart {
  id: string;
  /** Nobody else can bear its id, so it can be asked of before it is known to be in. */
  idIsUnique: boolean;
  isPiped: boolean;
  options: RunOptions;
}

export class RemoteExecution implements Execution {
  readonly id: string;
  readonly [Symbol.toStringTag] = 'Execution';
  pid: number | undefined;
  status: ExecutionStatus = 'pending';
  readonly #channel: BridgeChannel;
  readonly #start: RemoteStart;
  /** The request is sent. */
  readonly #sent = new Moment();
  /** The other side has answered: it is in, or refused. */
  readonly #admission = new Moment();
  readonly #end = new Moment();
  #emitter: ExecutionEmitter | undefined;
  #refusal: unknown;
  #outcome: ExecutionOutcome | undefined;
  #fetched: Promise<ExecutionResult> | undefined;
  #result: Promise<ExecutionResult> | undefined;
  #stdin: Writable | undefined;
  #isIterated = false;

  constructor(channel: BridgeChannel, start: RemoteStart) {
    this.id = start.id;
    this.#channel = channel;
    this.#start = start;
    const { signal } = start.options;
    const stop = signal ? onAbort(signal, () => void this.cancel().catch(ignore)) : ignore;
    void this.#end.wait().then(() => {
      stop();
      this.#stdin?.destroy();
      this.#report();
    });
  }

  get result(): Promise<ExecutionResult> {
    this.#result ??= this.#complete();
    return this.#result;
  }

  get stdin(): Writable | undefined {
    if (!this.#start.isPiped) return undefined;
    const { id } = this;
    this.#stdin ??= createStdin({
      send: (bytes) =>
        sendPieces(bytes, this.#channel.maxLineBytes, (data) =>
          this.#reach('send_input', { id, data }),
        ),
      close: () => this.#reach('close_input', { id }),
    });
    return this.#stdin;
  }

  // biome-ignore lint/suspicious/noThenProperty: awaiting the handle gives the result.
  then<Value = ExecutionResult, Other = never>(
    onFulfilled?: ((result: ExecutionResult) => Value | PromiseLike<Value>) | null,
    onRejected?: ((reason: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<Value | Other> {
    return this.result.then(onFulfilled, onRejected);
  }

  catch<Other = never>(
    onRejected?: ((reason: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<ExecutionResult | Other> {
    return this.result.catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<ExecutionResult> {
    return this.result.finally(onFinally);
  }

  on<Name extends ExecutionEventName>(name: Name, listener: ExecutionListener<Name>): this {
    this.#events().on(name, listener);
    return this;
  }

  once<Name extends ExecutionEventName>(name: Name, listener: ExecutionListener<Name>): this {
    this.#events().once(name, listener);
    return this;
  }

  off<Name extends ExecutionEventName>(name: Name, listener: ExecutionListener<Name>): this {
    this.#emitter?.off(name, listener);
    return this;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<ExecutionLine> {
    return iterate(this.#lines(), asLines());
  }

  lines(stream: OutputStream | 'all' = 'all'): AsyncIterableIterator<string> {
    const which = asOneOf('stream', stream, ['stdout', 'stderr', 'all'] as const);
    return iterate(this.#lines(), asStrings(which));
  }

  async cancel(): Promise<boolean> {
    return await this.#reach('cancel', { id: this.id });
  }

  async kill(signal: NodeJS.Signals | number = 'SIGTERM'): Promise<boolean> {
    return await this.#reach('kill', { id: this.id, signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel();
    await this.#end.wait();
  }

  [Symbol.for('nodejs.util.inspect.custom')](
    _depth: number,
    options: util.InspectOptions,
    inspect: typeof util.inspect,
  ): string {
    const { id, status, pid } = this;
    return `Execution ${inspect({ id, status, pid }, options)}`;
  }

  /** Its own listeners, if there are any. */
  get emitter(): ExecutionEmitter | undefined {
    return this.#emitter;
  }

  get wantsLines(): boolean {
    return this.#emitter !== undefined && wantsLines(this.#emitter);
  }

  /** The request is on its way. */
  isSent(): void {
    this.#sent.happen();
  }

  isAdmitted(): void {
    this.#admission.happen();
  }

  /** It never came to anything, or nothing more will be heard of it. */
  isRefused(error: unknown): void {
    if (this.#end.happened) return;
    this.#refusal = error;
    this.#finish();
  }

  isEnded(outcome: ExecutionOutcome): void {
    this.#outcome = outcome;
    this.#finish();
  }

  /** Asks for the result, so that it is on its way here as soon as there is one. */
  fetch(): Promise<ExecutionResult> {
    this.#fetched ??= this.#fetch();
    this.#fetched.catch(ignore);
    return this.#fetched;
  }

  #finish(): void {
    this.#sent.happen();
    this.#admission.happen();
    this.#end.happen();
  }

  async #fetch(): Promise<ExecutionResult> {
    await (this.#start.idIsUnique ? this.#sent : this.#admission).wait();
    try {
      return resultFromWire(
        await this.#channel.ask<WireResult>('wait_for_completion', { id: this.id }),
      );
    } catch (error) {
      // The record is gone. What was told at the end is still known.
      if (this.#outcome === undefined || (error as ExecutionError).result !== undefined)
        throw error;
      return { ...this.#outcome, stdout: '', stderr: '', outputDropped: hadOutput(this.#outcome) };
    }
  }

  async #complete(): Promise<ExecutionResult> {
    const fetched = this.fetch();
    await this.#end.wait();
    if (this.#refusal !== undefined) throw this.#refusal;
    const { reject = false, signal } = this.#start.options;
    const result = await fetched;
    if (!isRejection(result, reject)) return result;
    const { code, message, ...details } = result.error ?? {
      code: 'ERR_INTERNAL' as const,
      message: `Execution ended as ${result.status}`,
    };
    const cause = signal?.aborted && result.status === 'cancelled' ? signal.reason : undefined;
    throw new ExecutionError(code, message, { ...details, result, cause });
  }

  #events(): ExecutionEmitter {
    this.#emitter ??= new ExecutionEmitter((wanted) => this.#watch(wanted));
    return this.#emitter;
  }

  /** Before the request is sent there is nothing to be said: it says whether lines are wanted. */
  #watch(wanted: boolean): void {
    if (!this.#sent.happened || this.#end.happened) return;
    const output = wanted ? 'batches' : 'none';
    this.#channel.ask('watch', { id: this.id, output }).catch(ignore);
  }

  /** Asks something of the execution while it is there; `false` when it is not (any more). */
  async #reach(type: string, fields: object): Promise<boolean> {
    if (!this.#admission.happened) await this.#admission.wait();
    if (this.#end.happened) return false;
    try {
      return await this.#channel.ask<boolean>(type, fields);
    } catch (error) {
      if ((error as ExecutionError).code === 'ERR_EXECUTION_NOT_FOUND') return false;
      throw error;
    }
  }

  #lines(): RemoteLines {
    return new RemoteLines(this.#channel, {
      id: this.id,
      known: () => {
        this.#isIterated = true;
        return (this.#start.idIsUnique ? this.#sent : this.#admission).wait();
      },
      failure: async () => {
        await this.#end.wait();
        if (this.#isFailed()) await this.result;
      },
    });
  }

  #isFailed(): boolean {
    if (this.#refusal !== undefined) return true;
    const { reject = false } = this.#start.options;
    return this.#outcome !== undefined && isRejection(this.#outcome, reject);
  }

  /** A failure that nobody was told of is an unhandled rejection, as for any promise. */
  #report(): void {
    if (!this.#isFailed()) return;
    const ends = [this.#outcome?.status ?? 'settled', 'settled'] as const;
    const isHeard = ends.some((name) => (this.#emitter?.listenerCount(name) ?? 0) > 0);
    if (this.#isIterated || (isHeard && this.#outcome !== undefined)) this.#result?.catch(ignore);
    else void this.result;
  }
}

function hadOutput(outcome: ExecutionOutcome): boolean {
  return outcome.stdoutBytes + outcome.stderrBytes > 0;
}
