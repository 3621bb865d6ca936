/** One execution of a connection: forwards its events to the client. */

import type { TerminalEvent } from '../../../types/events';
import type { ExecutionResult } from '../../../types/result';
import type { WireEvent, WireOutputForm } from '../../../types/wire';
import {
  type BatchReader,
  Deferred,
  type ExecutionEngine,
  isRejection,
  type LineBatch,
  type LineSource,
  type LocalHandle,
  rejectionOf,
} from '../../core/index';
import { eventToWire, linesToJson, outputToWire, terminalToWire } from '../wire/event';
import { resultToWire } from '../wire/result';
import type { WriteQueue } from './write-queue';

export interface ForwardOptions {
  /** The form of its lines. With 'none', {@link defaultForm} applies. */
  form: WireOutputForm;
  defaultForm: WireOutputForm;
  /** As the crate does: the whole result in `completed`, and again in a line of its own. */
  wholeResult: boolean;
  /** The `seq` of the `execute` that started it, if it has one. */
  run?: number | null;
  /** Another part of the program has started it, or another connection. */
  isAttached?: boolean;
  /** The request was aborted before it came: the engine has no record of it. */
  isAborted?: boolean;
}

const event = (payload: WireEvent): string => JSON.stringify({ type: 'event', payload });

/** For a rejection that is reported elsewhere. */
const ignore = (): void => undefined;

export class ForwardedExecution {
  readonly handle: LocalHandle;
  /** Identifies the execution within its connection, because an id can be used again. */
  readonly run: number | null;
  readonly isAttached: boolean;
  readonly isAborted: boolean;
  /** Resolved when the execution has ended and its last event is queued. */
  readonly settled = new Deferred();
  /** The client has cancelled it. */
  isCancelled = false;
  /** The processes of it that could not be ended. Known when it is settled. */
  survivors: readonly number[] = [];
  readonly #engine: ExecutionEngine;
  readonly #writeQueue: WriteQueue;
  readonly #wholeResult: boolean;
  #form: WireOutputForm = 'none';
  #defaultForm: WireOutputForm = 'none';
  #reader: EventReader | undefined;
  /** The calls of {@link completion} that are pending. */
  readonly #waiters: ((result: Promise<ExecutionResult>) => void)[] = [];
  /** The execution has ended, and the line with its result is not written. */
  #isResultDue = false;
  #keptResult: ExecutionResult | undefined;
  /** Messages that must follow the answer to the request; `undefined` after {@link release}. */
  #held: (() => void)[] | undefined = [];

  constructor(
    engine: ExecutionEngine,
    handle: LocalHandle,
    writeQueue: WriteQueue,
    options: ForwardOptions,
  ) {
    this.#engine = engine;
    this.handle = handle;
    const { form, defaultForm, wholeResult, run = null } = options;
    this.run = run;
    this.isAttached = options.isAttached === true;
    this.isAborted = options.isAborted === true;
    this.#writeQueue = writeQueue;
    this.#wholeResult = wholeResult;
    handle.on('started', (payload) => this.#send(() => event(eventToWire('started', payload))));
    handle.on('statusChanged', (payload) =>
      this.#send(() => event(eventToWire('statusChanged', payload))),
    );
    handle.on('progress', (payload) => this.#send(() => event(eventToWire('progress', payload))));
    handle.on('echo', (payload) => this.#send(() => event(eventToWire('echo', payload))));
    handle.on('settled', (payload) => this.#settle(payload));
    this.#form = form;
    this.#defaultForm = defaultForm;
    this.#watch();
  }

  get id(): string {
    return this.handle.id;
  }

  /** Rejects if the request is refused, as `execute()` does. */
  async admission(): Promise<void> {
    try {
      await this.handle.admission();
    } catch (error) {
      this.handle.result.catch(ignore);
      this.settled.resolve();
      this.#complete(() => this.handle.result);
      this.release();
      throw error;
    }
  }

  /**
   * As `waitForCompletion()`, for an execution that has not ended. All waiters share one read of the
   * output at the end, because retention may drop it right after.
   */
  completion(): Promise<ExecutionResult> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** The answer to the request is queued: the events follow it. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const work of held) work();
  }

  /** Runs `work` at the release, or at once after it. */
  whenReleased(work: () => void): void {
    if (this.#held !== undefined) this.#held.push(work);
    else work();
  }

  /** Sends an event that the handle does not have. */
  forward(payload: WireEvent): void {
    this.#send(() => event(payload));
  }

  /** Reads the result for the line that is not written, before the engine is closed. */
  keepResult(): void {
    if (this.#isResultDue) this.#keptResult ??= this.handle.readResult();
  }

  /** Sets the form of the lines that follow. */
  setForm(form: WireOutputForm): void {
    this.#form = form;
    this.#watch();
  }

  setDefaultForm(form: WireOutputForm): void {
    this.#defaultForm = form;
    this.#watch();
  }

  get #effectiveForm(): WireOutputForm {
    return this.#form === 'none' ? this.#defaultForm : this.#form;
  }

  /** Reads lines only while the client wants them. */
  #watch(): void {
    if (!this.#engine.config.streamOutput || this.settled.isResolved) return;
    const isWanted = this.#effectiveForm !== 'none';
    if (isWanted === (this.#reader !== undefined)) return;
    const source = this.handle.lineSource();
    if (this.#reader !== undefined) {
      source.detach(this.#reader);
      this.#reader = undefined;
      return;
    }
    this.#reader = new EventReader(source, (batch, done) => {
      // The form at the time of the output, not at the time of the write.
      const form = this.#effectiveForm;
      this.#send(() => this.#encode(batch, form), 0, done);
    });
    source.attach(this.#reader);
  }

  #encode(batch: LineBatch, form: WireOutputForm): string {
    const { id, key } = this.handle;
    return form === 'lines' ? linesToJson(id, key, batch) : event(outputToWire(id, key, batch));
  }

  #settle(terminal: TerminalEvent): void {
    if (this.#wholeResult) this.#sendResult(terminal);
    else this.#send(() => event(terminalToWire(terminal)));
    this.survivors = terminal.result.termination?.survivors ?? [];
    this.settled.resolve();
    this.#complete(async () => {
      // Without an `await` before: retention may drop the output after this turn.
      const result = this.handle.readResult();
      if (isRejection(result, false)) throw rejectionOf(result);
      return result;
    });
  }

  /** The result is read at the time of the write: until then only the engine holds the output. */
  #sendResult(terminal: TerminalEvent): void {
    this.#isResultDue = true;
    this.#send(() => {
      const result = this.#keptResult ?? this.handle.readResult();
      this.#isResultDue = false;
      this.#keptResult = undefined;
      const line = JSON.stringify({ type: 'result', payload: resultToWire(result) });
      return `${event(terminalToWire(terminal, result))}\n${line}`;
    });
  }

  #complete(read: () => Promise<ExecutionResult>): void {
    const waiters = this.#waiters.splice(0);
    if (waiters.length === 0) return;
    const result = read();
    for (const resolve of waiters) resolve(result);
  }

  #send(...item: Parameters<WriteQueue['put']>): void {
    this.whenReleased(() => this.#writeQueue.put(...item));
  }
}

/** Applies backpressure: holds the command back while its lines wait to be written. */
class EventReader implements BatchReader {
  readonly #source: LineSource;
  readonly #send: (batch: LineBatch, done: () => void) => void;

  constructor(source: LineSource, send: (batch: LineBatch, done: () => void) => void) {
    this.#source = source;
    this.#send = send;
  }

  push(batch: LineBatch, bytes: number): void {
    this.#source.hold(bytes);
    this.#send(batch, () => this.#source.release(bytes));
  }

  /** The event `settled` reports the end. */
  end(): void {}
}
