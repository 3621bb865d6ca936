/** The handle of one execution, see `types/api`. */

import type { Writable } from 'node:stream';
import type * as util from 'node:util';
import type { Execution, ExecutionLine } from '../types/api';
import type { ExecutionEventName, ExecutionListener, OutputStream } from '../types/events';
import type { NativeBatch, NativeEngine } from '../types/native';
import type { RunOptions } from '../types/request';
import type { ExecutionResult } from '../types/result';
import { onAbort } from './abort';
import { completion } from './completion';
import { ExecutionEmitter } from './emitter';
import { ExecutionError, fromNative } from './errors';
import type { Executions } from './executions';
import { asLines, asStrings, iterate, type LineSource } from './lines';
import type { LiveExecution } from './live';
import { asOneOf } from './options/checks';
import { asAnySignal } from './options/request';
import { isRejection } from './rejection';
import { createStdin, type InputSink } from './stdin';

/** Told elsewhere, or of no interest. */
const ignore = (): void => undefined;

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
    return iterate(this.lineSource(), asLines());
  }

  lines(stream: OutputStream | 'all' = 'all'): AsyncIterableIterator<string> {
    const which = asOneOf('stream', stream, ['stdout', 'stderr', 'all'] as const);
    return iterate(this.lineSource(), asStrings(which));
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
    _depth: number,
    options: util.InspectOptions,
    inspect: typeof util.inspect,
  ): string {
    const { id, pid } = this;
    return `Execution ${inspect({ id, status: this.#live.status, pid }, options)}`;
  }

  /** Not of the contract, for the bridge: waits as `execute` does, and rejects as it does. */
  async admission(): Promise<void> {
    await this.#live.admission.wait();
    if (this.#live.refused) throw this.#live.refusalError();
  }

  #events(): ExecutionEmitter {
    if (this.#emitter === undefined) {
      this.#emitter = new ExecutionEmitter(() => this.#executions.updateWatch(this.#live));
      this.#live.emitters.push(this.#emitter);
    }
    return this.#emitter;
  }

  /** Asks something of the execution while it is there; `false` when it is not (any more). */
  async #reach(send: (native: NativeEngine, ticket: number) => void): Promise<boolean> {
    // No detour when it is in: the call counts from now on, even if JavaScript does not run again.
    if (!this.#live.admission.happened) await this.#live.admission.wait();
    if (this.#live.end.happened) return false;
    try {
      return await this.#executions.channel.ask<boolean>(send);
    } catch (error) {
      const gone = error instanceof ExecutionError && error.code === 'ERR_EXECUTION_NOT_FOUND';
      if (gone) return false;
      throw error;
    }
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
    // Not made for its own sake: a result holds the output for as long as the handle is held.
    if (this.#live.reported) this.#result?.catch(ignore);
    else void this.result;
  }

  /** Not of the contract, for the bridge: its lines as batches. */
  lineSource(): LineSource {
    const executions = this.#executions;
    const { channel } = executions;
    const live = this.#live;
    return {
      attach(reader) {
        if (live.end.happened) return reader.end();
        live.readers.push(reader);
        executions.updateWatch(live);
      },
      detach(reader) {
        const index = live.readers.indexOf(reader);
        if (index >= 0) live.readers.splice(index, 1);
        executions.updateWatch(live);
      },
      replay: (done) => void this.#replay(done),
      hold: (bytes) => channel.open?.hold(live.token, bytes),
      release: (bytes) => channel.open?.release(live.token, bytes),
      failure: async () => {
        if (this.#failed()) await this.result;
      },
    };
  }

  async #replay(done: Parameters<LineSource['replay']>[0]): Promise<void> {
    const live = this.#live;
    // At once where that is possible: until the answer, nothing holds the command back.
    if (!live.idIsUnique) await live.admission.wait();
    if (live.refused) return done(null, []);
    try {
      // Answered in the order of the records: what comes behind the reply is new.
      this.#executions.channel.call(
        (native, ticket) => native.replay(ticket, live.id),
        // One that is not in has no lines; why it is not in is told at its end.
        (error, batches) => {
          if (!live.admitted) done(null, []);
          else if (error !== null) done(fromNative(error), []);
          else done(null, batches as NativeBatch[]);
        },
      );
    } catch (error) {
      done(error as Error, []);
    }
  }

  #inputSink(): InputSink {
    const { id } = this.#live;
    return {
      send: (data) => this.#reach((native, ticket) => native.sendInput(ticket, id, data)),
      close: () => this.#reach((native, ticket) => native.closeInput(ticket, id)),
    };
  }
}
