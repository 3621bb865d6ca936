/** The handle of one execution, see `types/api`. */

import type { Duplex, Readable, Writable } from 'node:stream';
import type { ReadableStream, WritableStream } from 'node:stream/web';
import type * as util from 'node:util';
import type { Execution, ExecutionLine, InputData, ReadOptions } from '../types/api';
import type { ExecutionEventName, ExecutionListener, OutputStream } from '../types/events';
import type { NativeEngine } from '../types/native';
import type { RunOptions } from '../types/request';
import type { ExecutionResult } from '../types/result';
import { onAbort } from './abort';
import { completion } from './completion';
import { ExecutionEmitter } from './emitter';
import { ExecutionError } from './errors';
import type { Executions } from './executions';
import { keptBytes, leavable } from './kept-bytes';
import { lineSource } from './line-source';
import { asLines, asStrings, asText, iterate, type LineSource } from './lines';
import type { LiveExecution } from './live';
import { encoding } from './options/call';
import { asOneOf, wrongValue } from './options/checks';
import { asAnySignal } from './options/request';
import { reach } from './reach';
import { isRejection } from './results';
import { createStdin, type InputSink } from './stdin';
import { type Pieces, toDuplex, toReadable, toReadableStream, toWritableStream } from './streams';

/** Told elsewhere, or of no interest. */
const ignore = (): void => undefined;

const STREAMS = ['stdout', 'stderr', 'all'] as const;

export class ExecutionHandle implements Execution {
  readonly #executions: Executions;
  readonly #live: LiveExecution;
  readonly #options: RunOptions;
  readonly #piped: boolean;
  #emitter: ExecutionEmitter | undefined;
  #result: Promise<ExecutionResult> | undefined;
  #stdin: Writable | undefined;

  /** To the compiler a handle is a promise, so it can go wherever one is wanted. */
  readonly [Symbol.toStringTag] = 'Execution';

  constructor(executions: Executions, live: LiveExecution, options: RunOptions, piped: boolean) {
    this.#executions = executions;
    this.#live = live;
    live.hasHandle = true;
    live.rejects = options.reject ?? false;
    this.#options = options;
    this.#piped = piped;
    const { signal } = options;
    const stop = signal ? onAbort(signal, () => void this.cancel().catch(ignore)) : ignore;
    void live.end.wait().then(() => {
      stop();
      this.#stdin?.destroy();
      this.#report();
    });
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

  get stdin(): Writable | undefined {
    if (this.#piped) this.#stdin ??= createStdin(this.#inputSink());
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
    return iterate(this.#lineSource(), asLines());
  }

  lines(stream: OutputStream | 'all' = 'all'): AsyncIterableIterator<string> {
    const which = asOneOf('stream', stream, STREAMS);
    return iterate(this.#lineSource(), asStrings(which));
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
    return toWritableStream(this.#inputSink(), this.#live.end.wait());
  }

  duplex(stream: OutputStream | 'all' = 'stdout', options?: ReadOptions): Duplex {
    this.#checkPiped();
    return toDuplex(this.#pieces(stream, options), this.stdin as Writable);
  }

  cancel(): Promise<boolean> {
    return this.#reach((native, ticket) => native.cancel(ticket, this.id));
  }

  async kill(signal: NodeJS.Signals | number = 'SIGTERM'): Promise<boolean> {
    const number = asAnySignal('signal', signal);
    return this.#reach((native, ticket) => native.kill(ticket, this.id, number));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel();
    await this.#live.end.wait();
  }

  [Symbol.for('nodejs.util.inspect.custom')](
    depth: number,
    options: util.InspectOptionsStylized,
    inspect: typeof util.inspect,
  ): string {
    if (depth < 0) return options.stylize('[Execution]', 'special');
    const { id, pid } = this;
    return `Execution ${inspect({ id, status: this.#live.status, pid }, options)}`;
  }

  #events(): ExecutionEmitter {
    if (this.#emitter === undefined) {
      this.#emitter = new ExecutionEmitter(() => this.#executions.updateWatch(this.#live));
      this.#live.emitters.push(this.#emitter);
    }
    return this.#emitter;
  }

  #reach(send: (native: NativeEngine, ticket: number) => void): Promise<boolean> {
    return reach(this.#executions.channel, this.#live, send);
  }

  #checkPiped(): void {
    if (this.#piped) return;
    throw new ExecutionError('ERR_IO', "Stdin is not open: the request did not ask for 'pipe'");
  }

  #pieces(stream: OutputStream | 'all', options: ReadOptions | undefined): Pieces {
    const which = asOneOf('stream', stream, STREAMS);
    if (encoding(options) === 'utf8') return iterate(this.#lineSource(), asText(which));
    if (which !== 'all') return leavable(this.#exactBytes(which));
    // Two pipes have no true order, and that of the lines is not enough for bytes.
    const cure = "is one of 'stdout' and 'stderr' with encoding 'buffer'. Received 'all'";
    throw wrongValue('stream', cure);
  }

  async *#exactBytes(stream: OutputStream): AsyncGenerator<Uint8Array, void> {
    const live = this.#live;
    await live.end.wait();
    if (live.outcome !== undefined) {
      yield* keptBytes(live.outcome, stream, this.#executions.channel.open);
    }
    if (this.#failed()) await this.result;
  }

  /** Whether the result rejects. */
  #failed(): boolean {
    const { refused, outcome } = this.#live;
    return (
      refused || (outcome !== undefined && isRejection(outcome, this.#options.reject ?? false))
    );
  }

  /**
   * A failure that nobody was told of is an unhandled rejection, as for any promise that is let go.
   */
  #report(): void {
    if (!this.#failed()) return;
    const { result } = this;
    if (this.#live.reported) result.catch(ignore);
  }

  #lineSource(): LineSource {
    return lineSource(this.#executions, this.#live, async () => {
      if (this.#failed()) await this.result;
    });
  }

  #inputSink(): InputSink {
    const { id } = this.#live;
    return {
      send: (data) => this.#reach((native, ticket) => native.sendInput(ticket, id, data)),
      close: () => this.#reach((native, ticket) => native.closeInput(ticket, id)),
    };
  }
}
