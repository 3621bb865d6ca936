/** One connection, on the side of the engine: takes lines and answers each. */

import type { Readable, Writable } from 'node:stream';
import type { BridgeEnd } from '../../types/bridge';
import type { WireData, WireError, WireResult } from '../../types/wire';
import { type ExecutionEngine, ExecutionError } from '../index';
import type { LineBatch } from '../lines';
import { Moment } from '../moment';
import { optional, wrongValue } from '../options/checks';
import { ByteLines } from './byte-lines';
import type { Call, CommandContext, Fields } from './commands';
import { errorToWire } from './error';
import { linesToWire } from './event';
import { FollowedExecutions } from './executions';
import { asSeq, commandOf, fieldsOf } from './line';
import { LineFeed } from './line-feed';
import { reading } from './names';
import { Outbox } from './outbox';

/** Bytes of answers that may wait for a slow reader before no more lines are taken. */
const MOST_WAITING = 64 * 1024 * 1024;

/** What an answer costs in memory besides its texts. */
const ANSWER_BYTES = 512;

export class Session implements CommandContext {
  readonly engine: ExecutionEngine;
  readonly maxLineBytes: number;
  readonly executions: FollowedExecutions;
  /** {@link stop} was called, for whatever reason. */
  readonly stopped = new Moment();
  /** Nothing that is asked here ends it. */
  readonly #isEngineShared: boolean;
  readonly #outbox: Outbox;
  readonly #readable: Readable;
  /** What is read is written to as well, like a socket. */
  readonly #isDuplex: boolean;
  readonly #lines: ByteLines;
  readonly #feeds = new Map<number, LineFeed>();
  /** What is still going to be answered. */
  readonly #unanswered = new Set<Promise<void>>();
  /** What is answered behind that. */
  readonly #shutdowns = new Set<Promise<void>>();
  #lineNumber = 0;
  #end: BridgeEnd | undefined;

  constructor(
    engine: ExecutionEngine,
    { readable, writable }: { readable: Readable; writable: Writable },
    { maxLineBytes, isEngineShared }: { maxLineBytes: number; isEngineShared: boolean },
  ) {
    this.engine = engine;
    this.#isEngineShared = isEngineShared;
    this.maxLineBytes = maxLineBytes;
    this.#readable = readable;
    this.#isDuplex = (readable as unknown) === writable;
    this.#outbox = new Outbox(
      writable,
      () => this.stop('output'),
      (error) => complaint(error),
    );
    this.executions = new FollowedExecutions(engine, this.#outbox);
    this.#lines = new ByteLines(({ text, problem }) => this.#take(text, problem), maxLineBytes);
  }

  /** Why it has ended, once it has. */
  get end(): BridgeEnd {
    return this.#end ?? 'input';
  }

  /** Takes lines until there are no more, or {@link stop} is called. */
  async run(): Promise<void> {
    await Promise.race([this.#read(), this.stopped.wait()]);
    for (const feed of this.#feeds.values()) feed.goOnUnconfirmed();
  }

  /** Takes no more lines. */
  stop(why: BridgeEnd): void {
    this.#end ??= why;
    this.stopped.happen();
    if (!this.#isDuplex) this.#readable.destroy();
  }

  /** Resolves when every line has its answer. For when {@link run} has ended. */
  async answered(): Promise<void> {
    await Promise.all(this.#unanswered);
    await Promise.all(this.#shutdowns);
  }

  /** Resolves when all that there is to say is written, or nobody reads it. */
  flushed(): Promise<void> {
    return this.#outbox.flushed();
  }

  /** Says nothing more. */
  close(): void {
    for (const feed of this.#feeds.values()) feed.stop();
    // Who has not taken its last words by now is not waited for.
    if (this.#outbox.isBusy) this.#readable.destroy();
    this.#outbox.close();
  }

  /** Ends the engine. Nothing that is still to be written is lost by it. */
  async endEngine(graceMs: number | undefined): Promise<void> {
    this.executions.keepResults();
    await this.engine.shutdown({ graceMs });
  }

  async shutdown(graceMs: number | undefined): Promise<void> {
    if (this.#isEngineShared) await this.executions.shutdown(graceMs);
    else await this.endEngine(graceMs);
    // All that was asked before is answered before: whoever gets this answer may close the connection.
    for (const feed of this.#feeds.values()) feed.flush();
    await Promise.all(this.#unanswered);
    this.#end ??= 'shutdown';
    // Behind the answer.
    setImmediate(() => this.stop('shutdown'));
  }

  feed(id: string, seq: number): Promise<void> {
    const followed = this.executions.find(id);
    if (followed === undefined) {
      throw new ExecutionError('ERR_EXECUTION_NOT_FOUND', `Execution not found: ${id}`);
    }
    if (this.#feeds.has(seq)) throw wrongValue('seq', `is in use. Received ${seq}`);
    return new Promise((resolve, reject) => {
      const sink = {
        // Nothing of an execution comes ahead of its start.
        send: (batch: LineBatch, written: () => void) =>
          followed.whenTold(() => this.#outbox.put(() => lines(seq, batch), 0, written)),
        finish: (error: Error | null) => {
          this.#feeds.delete(seq);
          followed.whenTold(() => (error === null ? resolve() : reject(error)));
        },
      };
      this.#feeds.set(seq, new LineFeed(followed.handle.lineSource(), sink));
    });
  }

  /** One that has ended has nothing to be told. */
  taken(reader: number, count: number): void {
    this.#feeds.get(reader)?.taken(count);
  }

  stopFeed(reader: number): void {
    this.#feeds.get(reader)?.stop();
  }

  /** Does not destroy what it reads: answers may still have to go through it. */
  async #read(): Promise<void> {
    try {
      for await (const chunk of this.#readable.iterator({ destroyOnReturn: false })) {
        // What comes behind a stop is for nobody, but a socket closes only when all of it is read.
        if (this.#end !== undefined) continue;
        this.#lines.push(typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array));
        await this.#outbox.below(MOST_WAITING);
      }
      if (this.#end === undefined) this.#lines.end();
    } catch {
      // Whatever ended the input, it has ended.
    }
  }

  /** Every line is answered in some way, and none ends the session. */
  #take(text: string | undefined, problem: string | undefined): void {
    const line = ++this.#lineNumber;
    let fields: Fields;
    try {
      fields = fieldsOf(text, problem, line);
    } catch (error) {
      this.#complain(error, { line });
      return;
    }
    if (Object.hasOwn(fields, 'type')) this.#command(fields, line);
    else this.#request(fields, line);
  }

  /** A request of the crate, alone on its line. */
  #request(fields: Fields, line: number): void {
    const about: Partial<WireError> = { line };
    if (typeof fields.id === 'string') about.execution_id = fields.id;
    try {
      const { followed, admission } = this.executions.start(fields, {
        form: 'lines',
        wholeResult: true,
      });
      followed.tell();
      this.#expect(admission.catch((error) => this.#complain(error, about)));
    } catch (error) {
      this.#complain(error, about);
    }
  }

  #command(fields: Fields, line: number): void {
    let call: Call = { seq: null };
    const fail = (error: unknown): void => {
      const { seq } = call;
      if (seq === null) this.#complain(error, { line });
      else this.#answer({ seq, error: errorToWire(error) });
    };
    try {
      call = { seq: optional(asSeq, 'seq', fields.seq ?? undefined) ?? null };
      const command = reading(() => commandOf(fields));
      const value = command.run(this, fields, call);
      if (command.quiet) return;
      const answered = Promise.resolve(value).then((payload) => {
        this.#answer({ seq: call.seq, payload: payload ?? null });
        call.after?.();
      }, fail);
      this.#expect(answered, command.isLast ? this.#shutdowns : this.#unanswered);
    } catch (error) {
      fail(error);
    }
  }

  #expect(answered: Promise<void>, all = this.#unanswered): void {
    all.add(answered);
    void answered.then(() => all.delete(answered));
  }

  #answer(answer: { seq: number | null; payload?: unknown; error?: WireError }): void {
    this.#outbox.put(() => {
      try {
        return JSON.stringify({ type: 'response', ...answer });
      } catch (error) {
        // More text than a string can hold.
        return JSON.stringify({ type: 'response', seq: answer.seq, error: errorToWire(error) });
      }
    }, ANSWER_BYTES + outputLength(answer.payload));
  }

  #complain(error: unknown, about: Partial<WireError>): void {
    this.#outbox.put(() => complaint(error, about), ANSWER_BYTES);
  }
}

function lines(reader: number, batch: LineBatch): string {
  return JSON.stringify({ type: 'lines', reader, payload: linesToWire(batch) });
}

function complaint(error: unknown, about: Partial<WireError> = {}): string {
  return JSON.stringify({ type: 'error', payload: { ...errorToWire(error), ...about } });
}

/** What an answer with a result weighs, in whichever form its output is. */
function outputLength(payload: unknown): number {
  const { stdout = '', stderr = '' } = (payload ?? {}) as Partial<WireResult<WireData>>;
  const [out, err] = [stdout, stderr].map((data) =>
    typeof data === 'string' ? data : data.base64,
  );
  return (out as string).length + (err as string).length;
}
