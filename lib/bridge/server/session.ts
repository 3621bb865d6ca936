/** The server's side of a connection: reads lines and answers each of them. */

import type { Readable, Writable } from 'node:stream';
import type { BridgeEnd } from '../../../types/bridge';
import type { ShutdownResult } from '../../../types/result';
import type { WireError } from '../../../types/wire';
import {
  Deferred,
  type ExecutionEngine,
  type LineBatch,
  notFound,
  optional,
  wrongValue,
} from '../../core/index';
import { ByteLines } from '../wire/byte-lines';
import { errorToWire } from '../wire/error';
import { linesToWire } from '../wire/event';
import { reading } from '../wire/names';
import { Answers, errorLine } from './answers';
import { ConnectionExecutions } from './connection-executions';
import { ConnectionPlans, type PlanLimits } from './connection-plans';
import { asSeq, commandOf, parseLine } from './incoming-line';
import { LineFeed } from './line-feed';
import { LineIntake } from './line-intake';
import { PlanFeed } from './plan-feed';
import type { Call, CommandContext, Fields } from './protocol-commands';
import { WriteQueue } from './write-queue';

/** Bytes of answers that may wait for a slow reader. Above that no more lines are read. */
const MAX_UNWRITTEN = 64 * 1024 * 1024;

export interface SessionOptions extends PlanLimits {
  maxLineBytes: number;
  isEngineShared: boolean;
}

/** The lines that one command of the client reads. */
type Feed = Pick<LineFeed, 'acknowledge' | 'flush' | 'stop' | 'stopAwaitingAcks'>;

export class Session implements CommandContext {
  readonly engine: ExecutionEngine;
  readonly maxLineBytes: number;
  readonly executions: ConnectionExecutions;
  readonly plans: ConnectionPlans;
  /** Resolved when {@link stop} was called. */
  readonly stopped = new Deferred();
  /** The engine has other clients: no command of this connection ends it. */
  readonly #isEngineShared: boolean;
  readonly #writeQueue: WriteQueue;
  readonly #answers: Answers;
  readonly #readable: Readable;
  /** Input and output are one stream, such as a socket. */
  readonly #isDuplex: boolean;
  readonly #lines: ByteLines;
  readonly #intake: LineIntake;
  readonly #feeds = new Map<number, Feed>();
  /** The commands that are not answered. */
  readonly #unanswered = new Set<Promise<void>>();
  /** The `shutdown` commands, which are answered after all others. */
  readonly #shutdowns = new Set<Promise<void>>();
  #lineNumber = 0;
  /** No more commands come, and so no acknowledgements. */
  #isRead = false;
  #end: BridgeEnd | undefined;

  constructor(
    engine: ExecutionEngine,
    { readable, writable }: { readable: Readable; writable: Writable },
    { maxLineBytes, isEngineShared, ...limits }: SessionOptions,
  ) {
    this.engine = engine;
    this.#isEngineShared = isEngineShared;
    this.maxLineBytes = maxLineBytes;
    this.#readable = readable;
    this.#isDuplex = (readable as unknown) === writable;
    this.#writeQueue = new WriteQueue(writable, () => this.stop('output'), errorLine);
    this.#answers = new Answers(this.#writeQueue);
    this.executions = new ConnectionExecutions(engine, this.#writeQueue, limits);
    this.plans = new ConnectionPlans(engine, this.executions, this.#writeQueue, limits);
    this.#intake = new LineIntake({
      take: ({ text, problem }) => this.#take(text, problem),
      room: () => this.#writeQueue.below(MAX_UNWRITTEN),
      isStopped: () => this.#end !== undefined,
    });
    this.#lines = new ByteLines((line) => this.#intake.push(line), maxLineBytes);
  }

  /** Why the session has ended. Valid after the end. */
  get end(): BridgeEnd {
    return this.#end ?? 'input';
  }

  /** Reads lines until the input ends, or {@link stop} is called. */
  async run(): Promise<void> {
    await Promise.race([this.#read(), this.stopped.wait()]);
    this.#isRead = true;
    for (const feed of this.#feeds.values()) feed.stopAwaitingAcks();
  }

  /** Reads no more lines. */
  stop(reason: BridgeEnd): void {
    this.#end ??= reason;
    this.stopped.resolve();
    if (!this.#isDuplex) this.#readable.destroy();
  }

  /** Resolves when every line is answered. Call it after {@link run}. */
  async answered(): Promise<void> {
    await Promise.all(this.#unanswered);
    await Promise.all(this.#shutdowns);
  }

  /** Resolves when everything is written, or the reader is gone. */
  flushed(): Promise<void> {
    return this.#writeQueue.flushed();
  }

  /** Writes nothing more. */
  close(): void {
    for (const feed of this.#feeds.values()) feed.stop();
    this.executions.close();
    // Do not wait for a reader that is stuck.
    if (this.#writeQueue.isBusy) this.#readable.destroy();
    this.#writeQueue.close();
  }

  /** Ends the engine. Results that are not written are read before. */
  async endEngine(graceMs: number | undefined): Promise<ShutdownResult> {
    this.plans.close();
    this.executions.keepResults();
    return await this.engine.shutdown({ graceMs });
  }

  async shutdown(graceMs: number | undefined): Promise<ShutdownResult> {
    this.plans.close();
    const result = this.#isEngineShared
      ? await this.executions.shutdown(graceMs)
      : await this.endEngine(graceMs);
    // Answered after all earlier commands: the client may close the connection at this answer.
    for (const feed of this.#feeds.values()) feed.flush();
    await Promise.all(this.#unanswered);
    this.#end ??= 'shutdown';
    // After the answer is queued.
    setImmediate(() => this.stop('shutdown'));
    return result;
  }

  feed(id: string, seq: number): Promise<void> {
    const forwarded = this.executions.find(id);
    if (forwarded === undefined) throw notFound(id);
    this.#requireFree(seq);
    return new Promise((resolve, reject) => {
      const sink = {
        // No line of an execution is sent before the answer to its request.
        send: (batch: LineBatch, written: () => void) =>
          forwarded.whenReleased(() => this.#writeQueue.put(() => lines(seq, batch), 0, written)),
        finish: (error: Error | null) => {
          this.#feeds.delete(seq);
          forwarded.whenReleased(() => (error === null ? resolve() : reject(error)));
        },
      };
      const feed = new LineFeed(forwarded.handle.lineSource(), sink);
      this.#feeds.set(seq, feed);
      if (this.#isRead) feed.stopAwaitingAcks();
    });
  }

  async feedPlan(id: string, seq: number): Promise<void> {
    const run = this.plans.find(id);
    this.#requireFree(seq);
    const feed = new PlanFeed(run, (lines, written) => {
      const text = () => JSON.stringify({ type: 'plan_lines', reader: seq, payload: lines });
      this.#writeQueue.put(text, 0, written);
    });
    this.#feeds.set(seq, feed);
    try {
      await feed.run();
    } finally {
      this.#feeds.delete(seq);
    }
  }

  #requireFree(seq: number): void {
    if (this.#feeds.has(seq)) throw wrongValue('seq', `is in use. Received ${seq}`);
  }

  /** Ignored for a feed that has ended. */
  acknowledge(reader: number, count: number): void {
    this.#feeds.get(reader)?.acknowledge(count);
  }

  stopFeed(reader: number): void {
    this.#feeds.get(reader)?.stop();
  }

  /** Does not destroy the input at the end: a duplex stream carries the answers too. */
  async #read(): Promise<void> {
    try {
      for await (const chunk of this.#readable.iterator({ destroyOnReturn: false })) {
        // Input after a stop is discarded, but read: otherwise a socket does not close.
        if (this.#end !== undefined) continue;
        this.#lines.push(typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array));
        await this.#intake.takeHeld();
        await this.#writeQueue.below(MAX_UNWRITTEN);
      }
      if (this.#end === undefined) this.#lines.end();
      await this.#intake.takeHeld();
    } catch {
      // An error of the input is an end of the input.
    }
  }

  /** Every line is answered. An invalid line does not end the session. Returns whether the answer may be large. */
  #take(text: string | undefined, problem: string | undefined): boolean {
    const line = ++this.#lineNumber;
    let fields: Fields;
    try {
      fields = parseLine(text, problem, line);
    } catch (error) {
      this.#answers.putError(error, { line });
      return false;
    }
    if (Object.hasOwn(fields, 'type')) return this.#command(fields, line);
    this.#request(fields, line);
    return false;
  }

  /** A line without a `type`: a request of the crate. */
  #request(fields: Fields, line: number): void {
    const { id } = fields;
    const about: Partial<WireError> = { line, ...(typeof id === 'string' && { execution_id: id }) };
    try {
      const { forwarded, admission } = this.executions.start(fields, {
        form: 'lines',
        wholeResult: true,
      });
      forwarded.release();
      this.#track(admission.catch((error) => this.#answers.putError(error, about)));
    } catch (error) {
      this.#answers.putError(error, about);
    }
  }

  #command(fields: Fields, line: number): boolean {
    let call: Call = { seq: null, after: undefined };
    const fail = (error: unknown): void => {
      const { seq } = call;
      if (seq === null) this.#answers.putError(error, { line });
      else this.#answers.put({ seq, error: errorToWire(error) });
    };
    try {
      const seq = optional(asSeq, 'seq', fields.seq ?? undefined) ?? null;
      call = { seq, after: undefined };
      const command = reading(() => commandOf(fields));
      const value = command.run(this, fields, call);
      if (command.isQuiet) return false;
      const answered = Promise.resolve(value).then((payload) => {
        const { answer: type } = command;
        this.#answers.put({ ...(type && { type }), seq: call.seq, payload: payload ?? null });
        call.after?.();
      }, fail);
      this.#track(answered, command.isLast ? this.#shutdowns : this.#unanswered);
      return command.isLarge === true;
    } catch (error) {
      fail(error);
      return false;
    }
  }

  #track(answered: Promise<void>, all = this.#unanswered): void {
    all.add(answered);
    void answered.then(() => all.delete(answered));
  }
}

function lines(reader: number, batch: LineBatch): string {
  return JSON.stringify({ type: 'lines', reader, payload: linesToWire(batch) });
}
