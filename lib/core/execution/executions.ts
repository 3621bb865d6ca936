/** The executions of an engine that have not ended. Takes the records of the native engine. */

import type { NativeError } from '../../../types/native';
import type { ExecutionStatus, ShutdownResult } from '../../../types/result';
import { engineClosed } from '../errors';
import { publishLines } from '../events/dispatch';
import { type ExecutionEmitter, wantsLines, wantsProgress } from '../events/emitter';
import { OUTCOME_VALUES } from '../generated/returned';
import { Channel } from '../native/channel';
import type { RecordSink } from '../native/records';
import type { CheckedConfig } from '../options/config';
import type { CheckedRequest } from '../options/request';
import { type LineEnds, splitLines, withoutReturns } from '../output/split-lines';
import { Deferred } from '../util/deferred';
import { revealed } from '../util/hidden-list';
import { endedState } from './ended-state';
import { ExecutionState } from './execution-state';
import { finishHandle } from './handle';
import { idRefusal } from './id-refusal';
import {
  emitEcho,
  emitEnd,
  emitRemoved,
  emitStarted,
  progressOf,
  traceRefusal,
} from './lifecycle-events';
import { cancelledOutcome } from './results';
import { Secrets } from './secrets';
import { displayedRequest, Trace } from './tracing';
import { Watches } from './watches';

export class Executions implements RecordSink {
  readonly channel: Channel;
  readonly secrets: Secrets;
  readonly #emitter: ExecutionEmitter;
  readonly #watches: Watches;
  readonly #byToken = new Map<number, ExecutionState>();
  readonly #byId = new Map<string, ExecutionState>();
  #idle: Deferred | undefined;

  /** `emitter`: the engine, which emits the events of all executions. */
  constructor({ config, values }: CheckedConfig, emitter: ExecutionEmitter) {
    this.#emitter = emitter;
    this.secrets = new Secrets(revealed(config.redact));
    this.channel = new Channel(values, this);
    this.#watches = new Watches(this.channel, emitter, config.streamOutput);
  }

  /** The execution with that id, unless it has ended. */
  find(id: string): ExecutionState | undefined {
    return this.#byId.get(id);
  }

  /** For `execute()`: the admission is reported before any event. */
  submit(request: CheckedRequest): ExecutionState {
    // A caller may add listeners to the engine after the admission, and gets all lines from the first
    // one on, even if the event loop was blocked while the command wrote them.
    const isEarly = this.#watches.streamsOutput && !this.#watches.all;
    request.watch = isEarly || (request.progress !== undefined && wantsProgress(this.#emitter));
    const state = this.#submit(request, true);
    state.isWatchDeferred = isEarly;
    return state;
  }

  /**
   * For `run()`: a listener that is added to the handle in this turn gets all lines from the first one
   * on, even if the process starts before. So lines are delivered until the end of the turn.
   */
  submitWatched(request: CheckedRequest): ExecutionState {
    request.watch = this.#watches.streamsOutput || request.progress !== undefined;
    const state = this.#submit(request, false);
    if (request.watch) this.#watches.updateLater(state);
    return state;
  }

  /** An execution whose signal was aborted before the call. It ends as cancelled, asynchronously. */
  cancelled(request: CheckedRequest): ExecutionState {
    // The id is checked: otherwise its events would look like those of the execution that has the id.
    const { native } = this.channel;
    const isTaken = (id: string) => this.#byId.has(id) || native.status(id) !== undefined;
    const refusal = idRefusal(request.id, isTaken);
    const make = () => new ExecutionState(request.id, this.#emitter);
    const trace = Trace.of(request, this.secrets.exist);
    const state = trace === undefined ? make() : trace.begin(make);
    state.trace = trace;
    const displayed = displayedRequest(request, this.secrets.exist);
    process.nextTick(() => {
      if (refusal !== undefined) return this.#refuse(state, refusal);
      const { status } = state;
      const outcome = cancelledOutcome(request.id, displayed);
      state.finishAs(outcome);
      this.#finish(state, status, outcome.completedAt);
    });
    return state;
  }

  /** An execution whose request was refused before it was sent. */
  refused(id: string, error: Error): ExecutionState {
    const state = new ExecutionState(id, this.#emitter);
    process.nextTick(() => this.#refuse(state, error));
    return state;
  }

  /**
   * The execution with that id: one that has not ended, or the record of one that has.
   * `undefined` if the engine does not know it.
   */
  attach(id: string): ExecutionState | undefined {
    return this.find(id) ?? endedState(this.channel.open, id, this.#emitter);
  }

  updateWatch(state: ExecutionState): void {
    this.#watches.update(state);
  }

  /** Called when the engine gets its first listener for lines, progress or removals, or loses the last one. */
  updateAllWatches(): void {
    this.#watches.updateAll(this.#byToken.values());
  }

  whenIdle(): Promise<void> {
    if (this.#byToken.size === 0) return Promise.resolve();
    this.#idle ??= new Deferred();
    return this.#idle.wait();
  }

  /** Ends all executions. Pending waits reject with `ERR_ENGINE_CLOSED`. */
  async shutdown(graceMs: number): Promise<ShutdownResult> {
    const survivors = await this.channel.shutdown(graceMs);
    for (const state of [...this.#byToken.values()]) this.#refuse(state, engineClosed());
    this.channel.close();
    return { survivors };
  }

  admitted(token: number, error: NativeError | null): void {
    const state = this.#byToken.get(token);
    if (state === undefined) return;
    if (error !== null) {
      this.#refuse(state, error);
      return;
    }
    state.isAdmitted = true;
    state.answer();
    if (state.isWatchDeferred) this.#watches.updateLater(state);
  }

  started(
    token: number,
    timestamp: number,
    pid: number,
    command: string,
    key: string | null,
  ): void {
    const state = this.#byToken.get(token);
    if (state === undefined) return;
    state.pid = pid;
    state.key = key;
    state.status = 'running';
    state.trace?.started(pid, command);
    if (state.isHeard) emitStarted(state, timestamp, pid, command);
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
    const state = this.#byToken.get(token);
    if (state === undefined) return;
    const { emitters, isTerminal, readers } = state;
    if (this.#watches.streamsOutput && emitters.some(wantsLines)) {
      const lines = splitLines(text, count, ends);
      if (isTerminal) withoutReturns(lines, partial);
      const { id: executionId, key } = state;
      const batch = { executionId, timestamp, key, stream, firstSeq, partial, lines };
      state.resource.runInAsyncScope(publishLines, undefined, emitters, batch);
    }
    if (readers.length > 0) {
      const ownEnds = ends?.all.slice(ends.at, ends.at + count);
      const batch = {
        stream,
        firstSeq,
        count,
        partial,
        text,
        timestamp,
        ends: ownEnds,
        isTerminal,
      };
      for (const reader of [...readers]) reader.push(batch, bytes);
    }
    if (state.progress !== undefined && emitters.some(wantsProgress)) {
      state.progress.take(stream, text, partial, timestamp);
    }
  }

  echo(token: number, timestamp: number, enabled: boolean, canonical: boolean): void {
    const state = this.#byToken.get(token);
    if (state?.isHeard) emitEcho(state, timestamp, enabled, canonical);
  }

  finished(token: number, timestamp: number, fields: readonly unknown[], at: number): void {
    const state = this.#byToken.get(token);
    if (state === undefined) return;
    const { status } = state;
    state.finish(fields.slice(at, at + OUTCOME_VALUES));
    this.#finish(state, status, timestamp);
  }

  removed(timestamp: number, entries: readonly unknown[]): void {
    for (let at = 0; at < entries.length; at += 4) {
      const emit = () => emitRemoved(this.#emitter, timestamp, entries, at);
      const state = this.#byToken.get(entries[at] as number);
      // The end of an execution is delivered before its removal.
      if (state === undefined) emit();
      else state.onRemoved = emit;
    }
  }

  #submit(request: CheckedRequest, isAwaited: boolean): ExecutionState {
    const trace = Trace.of(request, this.secrets.exist);
    const state =
      trace === undefined
        ? this.#send(request, isAwaited)
        : trace.begin(() => this.#send(request, isAwaited));
    state.trace = trace;
    state.isWatched = request.watch;
    if (request.progress !== undefined) state.progress = progressOf(state, request.progress);
    return state;
  }

  #send(request: CheckedRequest, isAwaited: boolean): ExecutionState {
    const { channel } = this;
    const { native } = channel;
    const state = new ExecutionState(request.id, this.#emitter);
    state.token = channel.newToken();
    state.isTerminal = request.hasTerminal;
    state.isPiped = request.isPiped;
    channel.executionBegins();
    this.#byToken.set(state.token, state);
    try {
      state.isRegistered = native.execute(state.token, isAwaited, ...request.values);
    } catch (error) {
      this.#byToken.delete(state.token);
      channel.executionEnds();
      channel.update();
      throw error;
    }
    // A second execution with the same id is refused and must not replace the first.
    if (state.isRegistered) this.#byId.set(state.id, state);
    return state;
  }

  #refuse(state: ExecutionState, error: Error | NativeError): void {
    state.refuse(error);
    state.isFailureReported = state.readers.length > 0;
    traceRefusal(state, error);
    this.#settle(state);
  }

  /** The end, in this order: the result, the events, then everything that waits for the end. */
  #finish(state: ExecutionState, oldStatus: ExecutionStatus, timestamp: number): void {
    // During a shutdown a handle cannot read the result later.
    const isLastChance = state.handle !== undefined && this.channel.isClosing;
    if (state.isResultWanted || isLastChance) state.takeResult(this.channel.open);
    const { handleEmitter, readers, status } = state;
    state.isFailureReported =
      readers.length > 0 ||
      (handleEmitter !== undefined &&
        handleEmitter.listenerCount(status) + handleEmitter.listenerCount('settled') > 0);
    if (state.isHeard || state.trace !== undefined || state.progress !== undefined) {
      emitEnd(state, oldStatus, timestamp);
    }
    this.#settle(state);
  }

  #settle(state: ExecutionState): void {
    if (this.#byToken.delete(state.token)) this.channel.executionEnds();
    if (this.#byId.get(state.id) === state) this.#byId.delete(state.id);
    state.end();
    for (const reader of state.readers.splice(0)) reader.end();
    if (state.handle !== undefined) finishHandle(state.handle, state.resource);
    state.resource.emitDestroy();
    state.onRemoved?.();
    if (this.#idle !== undefined && this.#byToken.size === 0) {
      this.#idle.resolve();
      this.#idle = undefined;
    }
  }
}
