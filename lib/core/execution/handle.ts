/**
 * The base of all handles, whether the engine runs in this process or in another one. The public contract is in
 * `types/api`.
 */

import type { AsyncResource } from 'node:async_hooks';
import type { Duplex, Readable, Writable } from 'node:stream';
import type { ReadableStream, WritableStream } from 'node:stream/web';
import type * as util from 'node:util';
import type {
  Execution,
  ExecutionLine,
  InputData,
  LinesBatch,
  ReadOptions,
} from '../../../types/api';
import type { ExecutionEventName, ExecutionListener, OutputStream } from '../../../types/events';
import type { TerminalSize } from '../../../types/request';
import type { ExecutionOutcome, ExecutionResult, ExecutionStatus } from '../../../types/result';
import { ExecutionError } from '../errors';
import type { ExecutionEmitter } from '../events/emitter';
import { encodingOption } from '../options/call';
import { asOneOf, wrongValue } from '../options/checks';
import { asBatches, asLines, asStrings, asText } from '../output/line-formats';
import { iterate, type LineSource } from '../output/line-reader';
import { outputBytes, type RetainedOutput } from '../output/output-bytes';
import { commandEnded, createStdin, endStdin, type InputSink } from '../output/stdin';
import {
  type Pieces,
  toDuplex,
  toReadable,
  toReadableStream,
  toWritableStream,
} from '../output/streams';
import { onAbort } from '../util/abort';
import { abortableIterator } from '../util/abortable-iterator';
import type { CallSite } from '../util/call-site';

const STREAMS = ['stdout', 'stderr', 'all'] as const;

/** For a rejection that is reported elsewhere. */
const ignore = (): void => undefined;

/**
 * Called once, at the end, after all events. `resource`: the async context of the handle. Not a method, which would be
 * public.
 */
export let finishHandle: (handle: Handle, resource: AsyncResource) => void;

export abstract class Handle implements Execution {
  static {
    finishHandle = (handle, resource) => {
      handle.#unsubscribe?.();
      const hasMore = handle.#stdin !== undefined || handle.isFailed();
      if (hasMore) resource.runInAsyncScope(() => handle.#finish());
    };
  }

  /** For a face that makes handles: where `run()` was called, for the stack of an error. */
  caller: CallSite | undefined;
  readonly #isPiped: boolean;
  #emitter: ExecutionEmitter | undefined;
  #stdin: Writable | undefined;
  #unsubscribe: (() => void) | undefined;
  #isCancelled = false;

  constructor(isPiped: boolean) {
    this.#isPiped = isPiped;
  }

  /** Makes a handle assignable to a `Promise` for the compiler. */
  get [Symbol.toStringTag](): string {
    return 'Execution';
  }

  abstract get id(): string;
  abstract get pid(): number | undefined;
  /** For faces: the `key` of the request, redacted; `null` without one, and before the start. */
  get key(): string | null {
    return null;
  }
  abstract get result(): Promise<ExecutionResult>;
  protected abstract get status(): ExecutionStatus;
  abstract kill(signal?: NodeJS.Signals | number): Promise<boolean>;
  abstract renew(): Promise<boolean>;
  abstract resize(size: TerminalSize): Promise<void>;

  protected abstract requestCancel(): Promise<boolean>;
  /** Creates the emitter of the handle. Called for the first listener. */
  protected abstract makeEmitter(): ExecutionEmitter;
  /** The lines for one reader. */
  protected abstract lineSource(): LineSource;
  protected abstract inputSink(): InputSink;
  /** Resolves when all events are emitted, or the request was refused. */
  protected abstract ended(): Promise<void>;
  /** `undefined` before the end, and for a refused request. */
  protected abstract get outcome(): ExecutionOutcome | undefined;
  /** Whether the result rejects. Valid after the end. */
  protected abstract isFailed(): boolean;
  /** Makes a failure that was not reported to user code an unhandled rejection. Called at the end. */
  protected abstract report(): void;
  /** The output that the engine retains. */
  protected abstract retainedOutput(): Promise<RetainedOutput>;

  get stdin(): Writable | undefined {
    if (this.#isPiped) this.#stdin ??= createStdin(this.inputSink());
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

  /** This method and {@link removeListener} are what `events.on()` of Node uses. */
  addListener<Name extends ExecutionEventName>(
    name: Name,
    listener: ExecutionListener<Name>,
  ): this {
    return this.on(name, listener);
  }

  removeListener<Name extends ExecutionEventName>(
    name: Name,
    listener: ExecutionListener<Name>,
  ): this {
    return this.off(name, listener);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<ExecutionLine> {
    return iterate(this.lineSource(), asLines());
  }

  lines(stream: OutputStream | 'all' = 'all'): AsyncIterableIterator<string> {
    const which = asOneOf('stream', stream, STREAMS);
    return iterate(this.lineSource(), asStrings(which));
  }

  batches(stream: OutputStream | 'all' = 'all'): AsyncIterableIterator<LinesBatch> {
    const which = asOneOf('stream', stream, STREAMS);
    return iterate(this.lineSource(), asBatches(which));
  }

  readable(stream: OutputStream | 'all' = 'stdout', options?: ReadOptions): Readable {
    return toReadable(this.#pieces(stream, options));
  }

  readableStream(
    stream: OutputStream | 'all' = 'stdout',
    options?: ReadOptions,
  ): ReadableStream<Uint8Array> {
    return toReadableStream(this.#pieces(stream, options));
  }

  /** `PipedExecution` declares this method and {@link duplex}. */
  writableStream(): WritableStream<InputData> {
    this.#checkPiped();
    return toWritableStream(this.inputSink(), this.ended().then(commandEnded));
  }

  duplex(stream: OutputStream | 'all' = 'stdout', options?: ReadOptions): Duplex {
    this.#checkPiped();
    return toDuplex(this.#pieces(stream, options), this.stdin as Writable);
  }

  /** A second call goes on to the next step of `stop`. */
  cancel(): Promise<boolean> {
    this.#isCancelled = true;
    return this.requestCancel();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // One that is being ended has the time that its steps give it.
    if (!this.#isCancelled) await this.cancel();
    await this.ended();
  }

  [Symbol.for('nodejs.util.inspect.custom')](
    depth: number,
    options: util.InspectOptionsStylized,
    inspect: typeof util.inspect,
  ): string {
    if (depth < 0) return options.stylize('[Execution]', 'special');
    const { id, status, pid } = this;
    return `Execution ${inspect({ id, status, pid }, options)}`;
  }

  /** Called by the constructor of a subclass. */
  protected cancelAt(signal: AbortSignal | undefined): void {
    if (signal) this.#unsubscribe = onAbort(signal, () => void this.cancel().catch(ignore));
  }

  /** Called by the constructor of a subclass without {@link finishHandle}, when {@link ended} can be called. */
  protected follow(): void {
    void this.ended().then(() => {
      this.#unsubscribe?.();
      this.#finish();
    });
  }

  #finish(): void {
    if (this.#stdin !== undefined) endStdin(this.#stdin);
    this.report();
  }

  /** Rejects with the error that readers throw at the end, if there is one. */
  protected async failure(): Promise<void> {
    if (this.isFailed()) await this.result;
  }

  #events(): ExecutionEmitter {
    this.#emitter ??= this.makeEmitter();
    return this.#emitter;
  }

  #checkPiped(): void {
    if (this.#isPiped) return;
    throw new ExecutionError('ERR_IO', `Stdin is not open: the request has no stdin: 'pipe'`);
  }

  #pieces(stream: OutputStream | 'all', options: ReadOptions | undefined): Pieces {
    const which = asOneOf('stream', stream, STREAMS);
    if (encodingOption(options) === 'utf8') return iterate(this.lineSource(), asText(which));
    if (which !== 'all') return abortableIterator(this.#exactBytes(which));
    // Two pipes have no common order of bytes.
    const allowed = "must be 'stdout' or 'stderr' with encoding 'buffer'. Received 'all'";
    throw wrongValue('stream', allowed);
  }

  async *#exactBytes(stream: OutputStream): AsyncGenerator<Uint8Array, void> {
    await this.ended();
    if (this.outcome !== undefined) {
      yield* outputBytes(this.outcome, stream, () => this.retainedOutput());
    }
    await this.failure();
  }
}
