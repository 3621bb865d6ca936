/** The handle of an execution in another process, see `types/api`. */

import type { RunOptions } from '../../types/request';
import type { ExecutionOutcome, ExecutionResult, ExecutionStatus } from '../../types/result';
import type { WireResult } from '../../types/wire';
import { ExecutionEmitter, wantsLines } from '../emitter';
import { Handle } from '../handle';
import { ExecutionError } from '../index';
import type { KeptBytesSource } from '../kept-bytes';
import { Moment } from '../moment';
import { isRejection } from '../rejection';
import type { InputSink } from '../stdin';
import type { BridgeChannel, RemoteKey } from './channel';
import { rejectionOf } from './error';
import { signal as signalCodec } from './fields';
import { sendPieces } from './input';
import { RemoteLines } from './remote-lines';
import { bytesResultFromWire, resultFromWire } from './result';

/** Told elsewhere, or of no interest. */
const ignore = (): void => undefined;

export interface RemoteStart {
  id: string;
  /** Nobody else can bear its id, so it can be asked of before it is known to be in. */
  idIsUnique: boolean;
  isPiped: boolean;
  options: RunOptions;
}

export class RemoteExecution extends Handle {
  readonly id: string;
  pid: number | undefined;
  status: ExecutionStatus = 'pending';
  /** Its own listeners, if there are any. */
  emitter: ExecutionEmitter | undefined;
  readonly #channel: BridgeChannel;
  readonly #start: RemoteStart;
  /** The request is sent. */
  readonly #sent = new Moment();
  /** The other side has answered: it is in, or refused. */
  readonly #admission = new Moment();
  readonly #end = new Moment();
  /** By which the other side tells it from others that bear its id before or after it. */
  #run: number | undefined;
  #refusal: unknown;
  #outcome: ExecutionOutcome | undefined;
  #fetched: Promise<ExecutionResult> | undefined;
  #result: Promise<ExecutionResult> | undefined;
  #isIterated = false;

  constructor(channel: BridgeChannel, start: RemoteStart) {
    super(start.isPiped);
    this.id = start.id;
    this.#channel = channel;
    this.#start = start;
    this.follow(start.options.signal);
  }

  get result(): Promise<ExecutionResult> {
    this.#result ??= this.#complete();
    return this.#result;
  }

  async cancel(): Promise<boolean> {
    return await this.#reach('cancel', {});
  }

  async kill(signal: NodeJS.Signals | number = 'SIGTERM'): Promise<boolean> {
    return await this.#reach('kill', { signal: signalCodec.toWire('signal', signal) });
  }

  get wantsLines(): boolean {
    return this.emitter !== undefined && wantsLines(this.emitter);
  }

  /** The request is on its way. */
  isSent(run: number): void {
    this.#run = run;
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

  protected get outcome(): ExecutionOutcome | undefined {
    return this.#outcome;
  }

  protected makeEmitter(): ExecutionEmitter {
    this.emitter = new ExecutionEmitter(() => this.#watch());
    return this.emitter;
  }

  protected lineSource(): RemoteLines {
    return new RemoteLines(this.#channel, {
      known: async () => {
        this.#isIterated = true;
        await this.#known.wait();
        return this.#key;
      },
      failure: async () => {
        await this.#end.wait();
        await this.failure();
      },
    });
  }

  protected inputSink(): InputSink {
    return {
      send: (bytes) =>
        sendPieces(bytes, this.#channel.maxLineBytes, (data) =>
          this.#reach('send_input', { data }),
        ),
      close: () => this.#reach('close_input', {}),
    };
  }

  protected ended(): Promise<void> {
    return this.#end.wait();
  }

  protected isFailed(): boolean {
    if (this.#refusal !== undefined) return true;
    const { reject = false } = this.#start.options;
    return this.#outcome !== undefined && isRejection(this.#outcome, reject);
  }

  protected report(): void {
    if (!this.isFailed()) return;
    const ends = [this.#outcome?.status ?? 'settled', 'settled'] as const;
    const isHeard = ends.some((name) => (this.emitter?.listenerCount(name) ?? 0) > 0);
    if (this.#isIterated || (isHeard && this.#outcome !== undefined)) this.#result?.catch(ignore);
    else void this.result;
  }

  protected async keptOutput(): ReturnType<KeptBytesSource['read']> {
    const fields = { ...this.#key, encoding: 'buffer' };
    const wire = await this.#channel.ask<WireResult<{ base64: string }>>('get_result', fields);
    const { stdout, stderr } = bytesResultFromWire(wire);
    return [stdout, stderr];
  }

  protected error(...[code, message]: Parameters<KeptBytesSource['error']>): Error {
    return new ExecutionError(code, message);
  }

  #finish(): void {
    this.#sent.happen();
    this.#admission.happen();
    this.#end.happen();
  }

  get #key(): RemoteKey {
    return { id: this.id, run: this.#run };
  }

  /** From then on it can be asked of. */
  get #known(): Moment {
    return this.#start.idIsUnique ? this.#sent : this.#admission;
  }

  async #fetch(): Promise<ExecutionResult> {
    // At once where that is possible: a shutdown that is asked for in the same turn comes behind it.
    if (!this.#known.happened) await this.#known.wait();
    try {
      return resultFromWire(await this.#channel.ask<WireResult>('wait_for_completion', this.#key));
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
    const cause = signal?.aborted && result.status === 'cancelled' ? signal.reason : undefined;
    throw rejectionOf(result, cause);
  }

  /** Before the request is sent there is nothing to be said: it says whether lines are wanted. */
  #watch(): void {
    if (!this.#sent.happened || this.#end.happened) return;
    const output = this.wantsLines ? 'batches' : 'none';
    this.#channel.ask('watch', { ...this.#key, output }).catch(ignore);
  }

  /** Asks something of the execution while it is there; `false` when it is not (any more). */
  async #reach(type: string, fields: object): Promise<boolean> {
    if (!this.#admission.happened) await this.#admission.wait();
    if (this.#end.happened) return false;
    try {
      return await this.#channel.ask<boolean>(type, { ...this.#key, ...fields });
    } catch (error) {
      if ((error as ExecutionError).code === 'ERR_EXECUTION_NOT_FOUND') return false;
      throw error;
    }
  }
}

function hadOutput(outcome: ExecutionOutcome): boolean {
  return outcome.stdoutBytes + outcome.stderrBytes > 0;
}
