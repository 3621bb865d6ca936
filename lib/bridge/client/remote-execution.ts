/** The handle of an execution in another process, see `types/api`. */

import type { RunOptions, TerminalSize } from '../../../types/request';
import type { ExecutionOutcome, ExecutionResult, ExecutionStatus } from '../../../types/result';
import type { WireAttached, WireResult } from '../../../types/wire';
import type { InputSink, RetainedOutput } from '../../core/index';
import {
  asTerminalSize,
  calledAt,
  Deferred,
  ExecutionEmitter,
  type ExecutionError,
  Handle,
  isRejection,
  rejectionOf,
  wantsLines,
} from '../../core/index';
import { signal as signalCodec } from '../wire/fields';
import { bytesResultFromWire, outcomeFromWire, resultFromWire } from '../wire/result';
import { sendPieces } from './input-pieces';
import type { RemoteConnection, RemoteKey } from './remote-connection';
import { RemoteLines } from './remote-lines';

/** For a rejection that is reported elsewhere. */
const ignore = (): void => undefined;

export interface RemoteStart {
  id: string;
  /** No other execution can have the id, so requests for it can be sent before its admission. */
  idIsUnique: boolean;
  isPiped: boolean;
  options: RunOptions;
  /** The signal of the options was aborted before: the server cancels the execution itself. */
  aborted: boolean;
  /** For `attach()`: its failure needs no handler. */
  isAttached?: boolean;
}

export class RemoteExecution extends Handle {
  readonly id: string;
  pid: number | undefined;
  /** The `key` of its request, once the server has reported it. */
  knownKey: string | null = null;
  status: ExecutionStatus = 'pending';
  /** The emitter of the handle, once it has listeners. */
  emitter: ExecutionEmitter | undefined;
  readonly #connection: RemoteConnection;
  readonly #start: RemoteStart;
  /** Resolved when the request is sent. */
  readonly #sent = new Deferred();
  /** Resolved when the server has admitted or refused the request. */
  readonly #admission = new Deferred();
  readonly #end = new Deferred();
  /** Identifies this execution on the server, because its id can be used again. */
  #run: number | undefined;
  #refusal: unknown;
  #outcome: ExecutionOutcome | undefined;
  #fetched: Promise<ExecutionResult> | undefined;
  #result: Promise<ExecutionResult> | undefined;
  #isIterated = false;

  constructor(connection: RemoteConnection, start: RemoteStart) {
    super(start.isPiped);
    this.id = start.id;
    this.#connection = connection;
    this.#start = start;
    this.cancelAt(start.aborted ? undefined : start.options.signal);
    this.follow();
  }

  override get key(): string | null {
    return this.knownKey;
  }

  get result(): Promise<ExecutionResult> {
    this.#result ??= this.#complete();
    return this.#result;
  }

  protected async requestCancel(): Promise<boolean> {
    return await this.#requestIfLive('cancel', {});
  }

  async kill(signal: NodeJS.Signals | number = 'SIGTERM'): Promise<boolean> {
    return await this.#requestIfLive('kill', { signal: signalCodec.toWire('signal', signal) });
  }

  async renew(): Promise<boolean> {
    return await this.#requestIfLive('renew', {});
  }

  async resize(size: TerminalSize): Promise<void> {
    await this.#requestIfLive('resize', { ...asTerminalSize('size', size) });
  }

  get wantsLines(): boolean {
    return this.emitter !== undefined && wantsLines(this.emitter);
  }

  /** The request is sent; `run` identifies the execution from then on. */
  isSent(run: number): void {
    this.#run = run;
    this.#sent.resolve();
  }

  isAdmitted(): void {
    this.#admission.resolve();
  }

  /** The answer to `attach`. */
  isAttachedTo({ run, pid, status, key, result }: WireAttached): void {
    if (this.#end.isResolved) return;
    this.pid = pid ?? undefined;
    this.status = status;
    this.knownKey = key;
    this.#run = run ?? undefined;
    this.#sent.resolve();
    this.#admission.resolve();
    if (result !== null) this.isEnded(outcomeFromWire(result));
    else if (this.wantsLines) this.#watch();
  }

  /** The request was refused, or the connection is closed. */
  isRefused(error: unknown): void {
    if (this.#end.isResolved) return;
    this.#refusal = error;
    this.#finish();
  }

  isEnded(outcome: ExecutionOutcome): void {
    this.#outcome = outcome;
    this.#finish();
  }

  /** Requests the result, so that the server sends it as soon as it exists. */
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
    return new RemoteLines(this.#connection, {
      known: async () => {
        this.#isIterated = true;
        if (this.#start.aborted) await this.#end.wait();
        else await this.#known.wait();
        // It never had a record from which the server could read lines.
        return this.#start.aborted ? undefined : this.#key;
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
        sendPieces(bytes, this.#connection.maxLineBytes, (data) =>
          this.#requestIfLive('send_input', { data }),
        ),
      close: () => this.#requestIfLive('close_input', {}),
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
    const hasListener = ends.some((name) => (this.emitter?.listenerCount(name) ?? 0) > 0);
    if (this.#isIterated || this.#start.isAttached || (hasListener && this.#outcome !== undefined))
      this.#result?.catch(ignore);
    else void this.result;
  }

  protected async retainedOutput(): Promise<RetainedOutput> {
    const fields = { ...this.#key, encoding: 'buffer' };
    const wire = await this.#connection.ask<WireResult<{ base64: string }>>('get_result', fields);
    const { stdout, stderr } = bytesResultFromWire(wire);
    return [stdout, stderr];
  }

  #finish(): void {
    this.#sent.resolve();
    this.#admission.resolve();
    this.#end.resolve();
  }

  get #key(): RemoteKey {
    return { id: this.id, run: this.#run };
  }

  /** Resolved when requests for the execution can be sent. */
  get #known(): Deferred {
    return this.#start.idIsUnique ? this.#sent : this.#admission;
  }

  async #fetch(): Promise<ExecutionResult> {
    // Without an `await` if possible: a shutdown in the same turn must be sent after this request.
    if (!this.#known.isResolved) await this.#known.wait();
    try {
      return resultFromWire(
        await this.#connection.ask<WireResult>('wait_for_completion', this.#key),
      );
    } catch (error) {
      // The record was removed. The terminal event had everything but the output.
      if (this.#outcome === undefined || Object.hasOwn(error as object, 'result')) throw error;
      return { ...this.#outcome, stdout: '', stderr: '', outputDropped: hadOutput(this.#outcome) };
    }
  }

  async #complete(): Promise<ExecutionResult> {
    const fetched = this.fetch();
    await this.#end.wait();
    if (this.#refusal !== undefined) throw calledAt(this.#refusal, this.caller);
    const { reject = false, signal } = this.#start.options;
    const result = await fetched;
    if (!isRejection(result, reject)) return result;
    const cause = signal?.aborted && result.status === 'cancelled' ? signal.reason : undefined;
    throw calledAt(rejectionOf(result, cause), this.caller);
  }

  /** Not needed before the request is sent: the request says whether lines are needed. */
  #watch(): void {
    if (!this.#sent.isResolved || this.#end.isResolved) return;
    const output = this.wantsLines ? 'batches' : 'none';
    this.#connection.ask('watch', { ...this.#key, output }).catch(ignore);
  }

  /** Resolves with `false` if the execution was refused or has ended. */
  async #requestIfLive(type: string, fields: object): Promise<boolean> {
    if (!this.#admission.isResolved) await this.#admission.wait();
    if (this.#end.isResolved) return false;
    try {
      return await this.#connection.ask<boolean>(type, { ...this.#key, ...fields });
    } catch (error) {
      // It has ended while the request was on its way: a server that has ended too does not answer.
      if (this.#outcome !== undefined) return false;
      if ((error as ExecutionError).code === 'ERR_EXECUTION_NOT_FOUND') return false;
      throw error;
    }
  }
}

function hadOutput(outcome: ExecutionOutcome): boolean {
  return outcome.stdoutBytes + outcome.stderrBytes > 0;
}
