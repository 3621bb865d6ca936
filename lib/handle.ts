/**
 * What handles of executions have in common, wherever the engine is, see `types/api`. Of errors it
 * makes none itself: a face of the package must not hold a second copy of their class.
 */

import type { Duplex, Readable, Writable } from 'node:stream';
import type { ReadableStream, WritableStream } from 'node:stream/web';
import type * as util from 'node:util';
import type { Execution, ExecutionLine, InputData, ReadOptions } from '../types/api';
import type { ExecutionEventName, ExecutionListener, OutputStream } from '../types/events';
import type { ExecutionOutcome, ExecutionResult, ExecutionStatus } from '../types/result';
import { onAbort } from './abort';
import type { ExecutionEmitter } from './emitter';
import { type KeptBytesSource, keptBytes } from './kept-bytes';
import { leavable } from './leavable';
import { asLines, asStrings, asText, iterate, type LineSource } from './lines';
import { encoding } from './options/call';
import { asOneOf, wrongValue } from './options/checks';
import { createStdin, type InputSink } from './stdin';
import { type Pieces, toDuplex, toReadable, toReadableStream, toWritableStream } from './streams';

const STREAMS = ['stdout', 'stderr', 'all'] as const;

/** Told elsewhere, or of no interest. */
const ignore = (): void => undefined;

export abstract class Handle implements Execution {
  /** To the compiler a handle is a promise, so it can go wherever one is wanted. */
  readonly [Symbol.toStringTag] = 'Execution';
  readonly #isPiped: boolean;
  #emitter: ExecutionEmitter | undefined;
  #stdin: Writable | undefined;

  constructor(isPiped: boolean) {
    this.#isPiped = isPiped;
  }

  abstract get id(): string;
  abstract get pid(): number | undefined;
  abstract get result(): Promise<ExecutionResult>;
  protected abstract get status(): ExecutionStatus;
  abstract cancel(): Promise<boolean>;
  abstract kill(signal?: NodeJS.Signals | number): Promise<boolean>;

  /** Where its own listeners go, made for the first of them. */
  protected abstract makeEmitter(): ExecutionEmitter;
  /** A source for one reader. */
  protected abstract lineSource(): LineSource;
  protected abstract inputSink(): InputSink;
  /** Resolves when all is over and told. */
  protected abstract ended(): Promise<void>;
  /** How it ended; `undefined`: not yet, or it never came to be. */
  protected abstract get outcome(): ExecutionOutcome | undefined;
  /** Whether the result rejects, once it has ended. */
  protected abstract isFailed(): boolean;
  /** A failure that nobody was told of is an unhandled rejection, as for any promise that is let go. */
  protected abstract report(): void;
  /** Its output as the engine keeps it. */
  protected abstract keptOutput(): ReturnType<KeptBytesSource['read']>;
  protected abstract error(...args: Parameters<KeptBytesSource['error']>): Error;

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

  [Symbol.asyncIterator](): AsyncIterableIterator<ExecutionLine> {
    return iterate(this.lineSource(), asLines());
  }

  lines(stream: OutputStream | 'all' = 'all'): AsyncIterableIterator<string> {
    const which = asOneOf('stream', stream, STREAMS);
    return iterate(this.lineSource(), asStrings(which));
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

  /** Of the two that follow there is a type only where `stdin` is a pipe. */
  writableStream(): WritableStream<InputData> {
    this.#checkPiped();
    const gone = this.ended().then(() =>
      this.error('ERR_IO', 'The command has ended, and took no more input'),
    );
    return toWritableStream(this.inputSink(), gone);
  }

  duplex(stream: OutputStream | 'all' = 'stdout', options?: ReadOptions): Duplex {
    this.#checkPiped();
    return toDuplex(this.#pieces(stream, options), this.stdin as Writable);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel();
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

  /** Once it can be asked of its end. */
  protected follow(signal: AbortSignal | undefined): void {
    const stop = signal ? onAbort(signal, () => void this.cancel().catch(ignore)) : ignore;
    void this.ended().then(() => {
      stop();
      this.#stdin?.destroy();
      this.report();
    });
  }

  /** Rejects with what readers throw at the end, if they do. */
  protected async failure(): Promise<void> {
    if (this.isFailed()) await this.result;
  }

  #events(): ExecutionEmitter {
    this.#emitter ??= this.makeEmitter();
    return this.#emitter;
  }

  #checkPiped(): void {
    if (this.#isPiped) return;
    throw this.error('ERR_IO', "Stdin is not open: the request did not ask for 'pipe'");
  }

  #pieces(stream: OutputStream | 'all', options: ReadOptions | undefined): Pieces {
    const which = asOneOf('stream', stream, STREAMS);
    if (encoding(options) === 'utf8') return iterate(this.lineSource(), asText(which));
    if (which !== 'all') return leavable(this.#exactBytes(which));
    // Two pipes have no true order, and that of the lines is not enough for bytes.
    const cure = "is one of 'stdout' and 'stderr' with encoding 'buffer'. Received 'all'";
    throw wrongValue('stream', cure);
  }

  async *#exactBytes(stream: OutputStream): AsyncGenerator<Uint8Array, void> {
    await this.ended();
    if (this.outcome !== undefined) {
      yield* keptBytes(this.outcome, stream, {
        read: () => this.keptOutput(),
        error: (...args) => this.error(...args),
      });
    }
    await this.failure();
  }
}
