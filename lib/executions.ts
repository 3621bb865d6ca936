/** All executions of an engine that have not ended, and what the native engine tells of them. */

import type { ExecutionConfig } from '../types/config';
import type { NativeError } from '../types/native';
import type { ExecutionOutcome } from '../types/result';
import { Channel } from './channel';
import { type ExecutionEmitter, wantsLines, wantsProgress } from './emitter';
import { engineClosed, fromNative } from './errors';
import { hasListeners, publish, publishLines } from './events';
import { cutLines, type LineEnds } from './line-ends';
import { LiveExecution } from './live';
import { Moment } from './moment';
import type { NormalRequest } from './options/request';
import { outcomeAt } from './outcome';
import { progressOf } from './progress';
import type { RecordSink } from './records';
import { requestFields } from './request-fields';
import { cancelledOutcome } from './results';
import { shownOf, Trace } from './tracing';

/** As requests bear them: in lower case. */
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

export class Executions implements Omit<RecordSink, 'replied'> {
  readonly channel: Channel;
  readonly #emitter: ExecutionEmitter;
  /** Whether lines become events. */
  readonly #streams: boolean;
  readonly #hasSecrets: boolean;
  #watchesAll = false;
  readonly #live = new Map<number, LiveExecution>();
  readonly #byId = new Map<string, LiveExecution>();
  /** Too early to say whether somebody listens. */
  readonly #undecided: LiveExecution[] = [];
  #idle: Moment | undefined;

  /** `emitter`: the engine, which hears of all executions. */
  constructor(config: Readonly<ExecutionConfig>, emitter: ExecutionEmitter) {
    this.#emitter = emitter;
    this.#streams = config.streamOutput;
    this.#hasSecrets = config.redact.length > 0;
    this.channel = new Channel(config, this);
  }

  /** One that has not ended. */
  find(id: string): LiveExecution | undefined {
    return this.#byId.get(id);
  }

  /** For somebody who waits for the admission, and is to hear of it before any event. */
  submit(request: NormalRequest): LiveExecution {
    // Whoever hears of the admission may listen to the engine from then on, and gets all lines from
    // the first on: the event loop may have stood still meanwhile, and the process has not.
    const early = this.#streams && !this.#watchesAll;
    request.watch = early || (request.progress && wantsProgress(this.#emitter));
    const live = this.#submit(request, true);
    live.undecided = early;
    return live;
  }

  /**
   * As {@link submit}, for a handle: whoever listens to it by the end of this turn gets all lines
   * from the first on, however soon the process starts. So they cross until it shows who listens.
   */
  submitWatched(request: NormalRequest): LiveExecution {
    request.watch = this.#streams || request.progress;
    const live = this.#submit(request, false);
    live.undecided = true;
    queueMicrotask(() => {
      live.undecided = false;
      this.updateWatch(live);
    });
    return live;
  }

  /**
   * One that was cancelled before it came here. It takes the same way to its end, a moment later.
   */
  cancelled(request: NormalRequest): LiveExecution {
    const refusal = this.#refusalOf(request.id);
    const live = this.#traced(request, () => new LiveExecution(request.id, this.#emitter));
    const { command, metadata } = shownOf(request, this.#namesSecrets(request));
    process.nextTick(() => {
      if (refusal !== undefined) {
        this.#refuse(live, refusal);
        return;
      }
      const outcome = cancelledOutcome(request.id, command, metadata);
      this.#finish(live, outcome, outcome.completedAt);
    });
    return live;
  }

  /** One that was refused before it came here. */
  refused(id: string, error: Error): LiveExecution {
    const live = new LiveExecution(id, this.#emitter);
    process.nextTick(() => this.#refuse(live, error));
    return live;
  }

  /** Lines of one execution cross into JavaScript only while somebody takes them. */
  updateWatch(live: LiveExecution): void {
    if (live.undecided) return;
    const listened = this.#streams && live.handle !== undefined && wantsLines(live.handle);
    const followed = live.progress !== undefined && live.emitters.some(wantsProgress);
    const wanted = listened || followed || live.readers.length > 0;
    if (wanted === live.watched || live.end.happened) return;
    live.watched = wanted;
    this.channel.open?.watch(live.id, wanted, live.token);
  }

  /** Somebody listens to the engine who did not, or the other way round. */
  updateAllWatches(): void {
    const wanted = this.#streams && wantsLines(this.#emitter);
    if (wanted !== this.#watchesAll) {
      this.#watchesAll = wanted;
      this.channel.open?.watchAll(wanted);
    }
    for (const live of this.#live.values()) if (live.progress !== undefined) this.updateWatch(live);
  }

  whenIdle(): Promise<void> {
    if (this.#live.size === 0) return Promise.resolve();
    this.#idle ??= new Moment();
    return this.#idle.wait();
  }

  /** Ends everything, and tells whoever still waits that the engine is closed. */
  async shutdown(graceMs: number): Promise<void> {
    await this.channel.shutdown(graceMs);
    for (const live of [...this.#live.values()]) this.#refuse(live, engineClosed());
    this.channel.close();
  }

  started(token: number, timestamp: number, pid: number, command: string): void {
    const live = this.#live.get(token);
    if (live === undefined) return;
    live.pid = pid;
    live.status = 'running';
    live.trace?.started(pid, command);
    const { emitters, id: executionId } = live;
    if (!hasListeners(emitters, 'started') && !hasListeners(emitters, 'statusChanged')) return;
    live.resource.runInAsyncScope(() => {
      publish(emitters, 'started', { executionId, timestamp, pid, command });
      const change = { oldStatus: 'pending', newStatus: 'running' } as const;
      publish(emitters, 'statusChanged', { executionId, timestamp, ...change });
    });
  }

  output(
    token: number,
    timestamp: number,
    stream: 0 | 1,
    firstSeq: number,
    count: number,
    partial: boolean,
    text: string,
    bytes: number,
    ends: LineEnds | undefined,
  ): void {
    const live = this.#live.get(token);
    if (live === undefined) return;
    const { emitters, readers } = live;
    if (this.#streams && emitters.some(wantsLines)) {
      const lines = cutLines(text, count, ends);
      const batch = { executionId: live.id, timestamp, stream, firstSeq, partial, lines };
      live.resource.runInAsyncScope(publishLines, undefined, emitters, batch);
    }
    if (readers.length > 0) {
      const kept = ends?.all.slice(ends.at, ends.at + count);
      const batch = { stream, firstSeq, count, partial, text, timestamp, ends: kept };
      for (const reader of [...readers]) reader.push(batch, bytes);
    }
    if (live.progress !== undefined && emitters.some(wantsProgress)) {
      live.progress.take(stream, text, partial, timestamp);
    }
  }

  finished(token: number, timestamp: number, fields: readonly unknown[], at: number): void {
    const live = this.#live.get(token);
    if (live !== undefined) this.#finish(live, outcomeAt(live.id, fields, at), timestamp);
  }

  #submit(request: NormalRequest, awaited: boolean): LiveExecution {
    const live = this.#traced(request, () => this.#send(request, awaited));
    live.watched = request.watch;
    const { progressRule } = request;
    if (progressRule !== undefined) live.progress = progressOf(live, progressRule);
    return live;
  }

  #send(request: NormalRequest, awaited: boolean): LiveExecution {
    const live = new LiveExecution(request.id, this.#emitter);
    // The loop is kept alive without a gap between the reply and the end.
    this.channel.executionBegins();
    try {
      live.token = this.channel.call(
        (native, token) => {
          live.isKnown = native.execute(token, requestFields(request), awaited);
        },
        (error) => this.#answer(live, error),
      );
    } catch (error) {
      this.channel.executionEnds();
      throw error;
    }
    this.#live.set(live.token, live);
    // A second one with the same id is refused, and must not hide the first.
    if (live.isKnown) this.#byId.set(live.id, live);
    return live;
  }

  /** With subscribers of the tracing channel told, if there are any. */
  #traced(request: NormalRequest, begin: () => LiveExecution): LiveExecution {
    const trace = Trace.of(request, this.#namesSecrets(request));
    if (trace === undefined) return begin();
    const live = trace.begin(begin);
    live.trace = trace;
    return live;
  }

  #namesSecrets(request: NormalRequest): boolean {
    return this.#hasSecrets || (request.redact ?? []).length > 0;
  }

  /** What the native engine would say to the id: its events would be taken for those of who bears it. */
  #refusalOf(id: string): NativeError | undefined {
    if (!UUID.test(id)) {
      const message = `Validation error: id must be a UUID, got '${id}'`;
      return { code: 'ERR_VALIDATION', reason: 'INVALID_ID', message };
    }
    const isTaken = this.#byId.has(id) || this.channel.native.status(id) !== undefined;
    if (!isTaken) return undefined;
    return { code: 'ERR_DUPLICATE_ID', message: `Execution id is already in use: ${id}` };
  }

  #answer(live: LiveExecution, error: NativeError | null): void {
    if (error !== null) {
      this.#refuse(live, error);
      return;
    }
    live.admitted = true;
    live.admission.happen();
    if (live.undecided) this.#decideSoon(live);
  }

  /** Once everybody who waits for its admission has gone on. */
  #decideSoon(live: LiveExecution): void {
    if (this.#undecided.push(live) > 1) return;
    setImmediate(() => {
      for (const decided of this.#undecided.splice(0)) {
        decided.undecided = false;
        this.updateWatch(decided);
      }
    });
  }

  #refuse(live: LiveExecution, error: Error | NativeError): void {
    live.refuse(error);
    live.reported = live.readers.length > 0;
    live.resource.runInAsyncScope(() => {
      live.progress?.end();
      live.trace?.refused(error instanceof Error ? error : fromNative(error));
    });
    this.#settle(live);
  }

  /** The end, in its order: the result, the events, then everybody who waits. */
  #finish(live: LiveExecution, outcome: ExecutionOutcome, timestamp: number): void {
    const { id: executionId, status: oldStatus, emitters } = live;
    const newStatus = outcome.status;
    live.status = newStatus;
    live.outcome = outcome;
    const lastChance = live.hasHandle && this.channel.isClosing;
    if (live.resultWanted || lastChance) live.takeResult(this.channel.open);
    live.reported =
      live.readers.length > 0 ||
      hasListeners(emitters.slice(1), newStatus) ||
      hasListeners(emitters.slice(1), 'settled');
    const tell = (): void => {
      publish(emitters, 'statusChanged', { executionId, timestamp, oldStatus, newStatus });
      const payload = { executionId, timestamp, result: outcome };
      publish(emitters, newStatus, payload);
      publish(emitters, 'settled', payload);
    };
    live.resource.runInAsyncScope(() => {
      live.progress?.end();
      if (live.trace === undefined) tell();
      else live.trace.ended(outcome, live.rejects, tell);
    });
    this.#settle(live);
  }

  #settle(live: LiveExecution): void {
    if (this.#live.delete(live.token)) this.channel.executionEnds();
    if (this.#byId.get(live.id) === live) this.#byId.delete(live.id);
    live.resource.emitDestroy();
    live.admission.happen();
    live.end.happen();
    for (const reader of live.readers.splice(0)) reader.end();
    if (this.#live.size === 0) {
      this.#idle?.happen();
      this.#idle = undefined;
    }
  }
}
