/** Which lines and removals the native engine delivers: only those that a listener or a reader needs. */

import { type ExecutionEmitter, wantsLines, wantsProgress, wantsRemovals } from '../events/emitter';
import type { Channel } from '../native/channel';
import type { ExecutionState } from './execution-state';

/** For a microtask: `queueMicrotask()` makes an async resource for each. */
const RESOLVED = Promise.resolve();

export class Watches {
  /** The configuration `streamOutput`: lines become events. */
  readonly streamsOutput: boolean;
  readonly #channel: Channel;
  readonly #emitter: ExecutionEmitter;
  #all = false;
  #watchesRemovals = false;
  /** Executions whose listeners may be added in this turn of the event loop. */
  #deferred: ExecutionState[] = [];

  /** `emitter`: the engine, which emits the events of all executions. */
  constructor(channel: Channel, emitter: ExecutionEmitter, streamsOutput: boolean) {
    this.#channel = channel;
    this.#emitter = emitter;
    this.streamsOutput = streamsOutput;
  }

  /** Whether the lines of all executions are delivered. */
  get all(): boolean {
    return this.#all;
  }

  /** The native engine delivers the lines of an execution only while they are needed. */
  update(state: ExecutionState): void {
    if (state.isWatchDeferred) return;
    const { handleEmitter, progress, readers } = state;
    const forEvents =
      this.streamsOutput && handleEmitter !== undefined && wantsLines(handleEmitter);
    const forProgress = progress !== undefined && state.emitters.some(wantsProgress);
    const isNeeded = forEvents || forProgress || readers.length > 0;
    if (isNeeded === state.isWatched || state.isEnded) return;
    state.isWatched = isNeeded;
    this.#channel.open?.watch(state.id, isNeeded, state.token);
  }

  /** Called when the engine gets its first listener for lines, progress or removals, or loses the last one. */
  updateAll(states: Iterable<ExecutionState>): void {
    const isRemovalHeard = wantsRemovals(this.#emitter);
    if (isRemovalHeard !== this.#watchesRemovals) {
      this.#watchesRemovals = isRemovalHeard;
      this.#channel.open?.watchRemovals(isRemovalHeard);
    }
    const isNeeded = this.streamsOutput && wantsLines(this.#emitter);
    if (isNeeded !== this.#all) {
      this.#all = isNeeded;
      this.#channel.open?.watchAll(isNeeded);
    }
    for (const state of states) {
      if (state.progress !== undefined) this.update(state);
    }
  }

  /** Updates the watch after the microtasks of this turn: callers that wait for the admission have continued then. */
  updateLater(state: ExecutionState): void {
    state.isWatchDeferred = true;
    if (this.#deferred.push(state) > 1) return;
    void RESOLVED.then(() => process.nextTick(() => this.#updateDeferred()));
  }

  #updateDeferred(): void {
    const states = this.#deferred;
    this.#deferred = [];
    for (const state of states) {
      state.isWatchDeferred = false;
      this.update(state);
    }
  }
}
