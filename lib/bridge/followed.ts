/** One execution of a connection: its events on their way to the other side. */

import type { TerminalEvent } from '../../types/events';
import type { ExecutionResult } from '../../types/result';
import type { WireEvent, WireOutputForm } from '../../types/wire';
import type { ExecutionHandle } from '../execution';
import type { ExecutionEngine } from '../index';
import type { BatchReader, LineBatch, LineSource } from '../lines';
import { Moment } from '../moment';
import { isRejection } from '../rejection';
import { rejectionOf } from './error';
import { eventToWire, linesToJson, outputToWire, terminalToWire } from './event';
import type { Outbox } from './outbox';
import { resultToWire } from './result';

export interface FollowOptions {
  /** In which form its lines go, in place of {@link defaultForm}, unless that is 'none'. */
  form: WireOutputForm;
  defaultForm: WireOutputForm;
  /** As the crate does: the whole result in `completed`, and once more in a line of its own. */
  wholeResult: boolean;
  /** The `seq` of the `execute` that began it, if it has one. */
  run?: number | null;
}

const event = (payload: WireEvent): string => JSON.stringify({ type: 'event', payload });

/** Told elsewhere. */
const ignore = (): void => undefined;

export class Followed {
  readonly handle: ExecutionHandle;
  /** Tells it from others of its connection that bear its id before or after it. */
  readonly run: number | null;
  /** All is told. */
  readonly settled = new Moment();
  readonly #engine: ExecutionEngine;
  readonly #outbox: Outbox;
  readonly #wholeResult: boolean;
  /** Of its own, and that of the connection. */
  #form: WireOutputForm = 'none';
  #defaultForm: WireOutputForm = 'none';
  #reader: EventReader | undefined;
  /** Who waits for the end. */
  readonly #waiters: ((result: Promise<ExecutionResult>) => void)[] = [];
  /** It has ended, and the line with its result waits to be written. */
  #isResultDue = false;
  #keptResult: ExecutionResult | undefined;
  /** What came ahead of the answer to the request, and belongs behind it. */
  #held: (() => void)[] | undefined = [];

  constructor(
    engine: ExecutionEngine,
    handle: ExecutionHandle,
    outbox: Outbox,
    { form, defaultForm, wholeResult, run = null }: FollowOptions,
  ) {
    this.#engine = engine;
    this.handle = handle;
    this.run = run;
    this.#outbox = outbox;
    this.#wholeResult = wholeResult;
    handle.on('started', (payload) => this.#say(() => event(eventToWire('started', payload))));
    handle.on('statusChanged', (payload) =>
      this.#say(() => event(eventToWire('statusChanged', payload))),
    );
    // Only one that asked for it has any.
    handle.on('progress', (payload) => this.#say(() => event(eventToWire('progress', payload))));
    handle.on('settled', (payload) => this.#settle(payload));
    this.#form = form;
    this.#defaultForm = defaultForm;
    this.#watch();
  }

  get id(): string {
    return this.handle.id;
  }

  /** As `execute`: rejects when the request is refused. Events wait for {@link tell}. */
  async admission(): Promise<void> {
    try {
      await this.handle.admission();
    } catch (error) {
      this.handle.result.catch(ignore);
      this.settled.happen();
      this.#finish(() => this.handle.result);
      this.tell();
      throw error;
    }
  }

  /**
   * As `waitForCompletion`, for one that has not ended. The output is read as the end comes, for all
   * who wait, since it may be dropped right behind it; and it is not kept for anybody else.
   */
  completion(): Promise<ExecutionResult> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** The request is answered: events may go. */
  tell(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const work of held) work();
  }

  /** Does it as soon as events may go, behind those that came before. */
  whenTold(work: () => void): void {
    if (this.#held !== undefined) this.#held.push(work);
    else work();
  }

  /** Reads the result for the line that still waits: soon there is no engine to ask. */
  keepResult(): void {
    if (this.#isResultDue) this.#keptResult ??= this.handle.readResult();
  }

  /** In which form lines go from now on. */
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

  /** Lines cross only while somebody wants them. */
  #watch(): void {
    if (!this.#engine.config.streamOutput || this.settled.happened) return;
    const wanted = this.#effectiveForm !== 'none';
    if (wanted === (this.#reader !== undefined)) return;
    const source = this.handle.lineSource();
    if (this.#reader !== undefined) {
      source.detach(this.#reader);
      this.#reader = undefined;
      return;
    }
    this.#reader = new EventReader(source, (batch, done) => {
      // As it is wanted now, and not when it is written.
      const form = this.#effectiveForm;
      this.#say(() => this.#encode(batch, form), 0, done);
    });
    source.attach(this.#reader);
  }

  #encode(batch: LineBatch, form: WireOutputForm): string {
    return form === 'lines' ? linesToJson(this.id, batch) : event(outputToWire(this.id, batch));
  }

  #settle(terminal: TerminalEvent): void {
    if (!this.#wholeResult) this.#say(() => event(terminalToWire(terminal)));
    else {
      this.#isResultDue = true;
      this.#say(() => {
        // As it is written, so that what waits for a slow reader is kept once, by the engine.
        const result = this.#keptResult ?? this.handle.readResult();
        this.#isResultDue = false;
        this.#keptResult = undefined;
        const line = JSON.stringify({ type: 'result', payload: resultToWire(result) });
        return `${event(terminalToWire(terminal, result))}\n${line}`;
      });
    }
    this.settled.happen();
    this.#finish(async () => {
      // In this turn: behind it retention may have dropped the output.
      const result = this.handle.readResult();
      if (isRejection(result, false)) throw rejectionOf(result);
      return result;
    });
  }

  #finish(read: () => Promise<ExecutionResult>): void {
    const waiters = this.#waiters.splice(0);
    if (waiters.length === 0) return;
    const result = read();
    for (const resolve of waiters) resolve(result);
  }

  #say(...item: Parameters<Outbox['put']>): void {
    this.whenTold(() => this.#outbox.put(...item));
  }
}

/** Holds the command back for as long as its lines wait to be written. */
class EventReader implements BatchReader {
  readonly #source: LineSource;
  readonly #say: (batch: LineBatch, done: () => void) => void;

  constructor(source: LineSource, say: (batch: LineBatch, done: () => void) => void) {
    this.#source = source;
    this.#say = say;
  }

  push(batch: LineBatch, bytes: number): void {
    this.#source.hold(bytes);
    this.#say(batch, () => this.#source.release(bytes));
  }

  /** The end comes as an event of its own. */
  end(): void {}
}
