/** An `EventEmitter` for the events of executions that reports when line listeners come and go. */

import { EventEmitter } from 'node:events';
import type { ExecutionEventName, ExecutionListener } from '../../../types/events';

/**
 * Whether `output`, `stdout` or `stderr` has listeners. Not a method, which would be public: engines
 * are emitters.
 */
export let wantsLines: (emitter: ExecutionEmitter) => boolean;

/** Whether `progress` has listeners. */
export let wantsProgress: (emitter: ExecutionEmitter) => boolean;

/** Whether `removed` has listeners. */
export let wantsRemovals: (emitter: ExecutionEmitter) => boolean;

/** Whether any event has listeners. */
export let hasListeners: (emitter: ExecutionEmitter) => boolean;

/** Increases with every change of listeners, so that a loop over them can detect a change. */
export let versionOf: (emitter: ExecutionEmitter) => number;

/**
 * Events are delivered by `./dispatch`, because `emit` stops at the first listener that throws. The
 * methods that add and remove listeners are overridden for their types and to detect the change: the
 * meta-events of `EventEmitter` are visible to users and do not report `removeAllListeners()`.
 */
export class ExecutionEmitter extends EventEmitter {
  static {
    wantsLines = (emitter) => emitter.#wantsLines;
    wantsProgress = (emitter) => emitter.#wantsProgress;
    wantsRemovals = (emitter) => emitter.#wantsRemovals;
    hasListeners = (emitter) => emitter.#hasListeners;
    versionOf = (emitter) => emitter.#version;
  }

  #version = 0;
  #wantsLines = false;
  #wantsProgress = false;
  #wantsRemovals = false;
  #hasListeners = false;
  #onWantsChange: () => void;

  /**
   * `onWantsChange`: called when the first listener for lines, progress or removals is added, and when
   * the last one is removed.
   */
  constructor(onWantsChange: () => void) {
    super();
    this.#onWantsChange = onWantsChange;
  }

  override on<Name extends ExecutionEventName>(
    name: Name,
    listener: ExecutionListener<Name>,
  ): this {
    super.on(name, listener);
    return this.#changed();
  }

  override addListener<Name extends ExecutionEventName>(
    name: Name,
    listener: ExecutionListener<Name>,
  ): this {
    return this.on(name, listener);
  }

  override once<Name extends ExecutionEventName>(
    name: Name,
    listener: ExecutionListener<Name>,
  ): this {
    // Calls `on`.
    return super.once(name, listener);
  }

  override prependListener<Name extends ExecutionEventName>(
    name: Name,
    listener: ExecutionListener<Name>,
  ): this {
    super.prependListener(name, listener);
    return this.#changed();
  }

  override prependOnceListener<Name extends ExecutionEventName>(
    name: Name,
    listener: ExecutionListener<Name>,
  ): this {
    // Calls `prependListener`.
    return super.prependOnceListener(name, listener);
  }

  override off<Name extends ExecutionEventName>(
    name: Name,
    listener: ExecutionListener<Name>,
  ): this {
    return this.removeListener(name, listener);
  }

  override removeListener<Name extends ExecutionEventName>(
    name: Name,
    listener: ExecutionListener<Name>,
  ): this {
    super.removeListener(name, listener);
    return this.#changed();
  }

  override removeAllListeners(name?: ExecutionEventName): this {
    if (name === undefined) super.removeAllListeners();
    else super.removeAllListeners(name);
    return this.#changed();
  }

  #changed(): this {
    this.#version++;
    this.#hasListeners = this.eventNames().length > 0;
    const lines =
      this.listenerCount('output') + this.listenerCount('stdout') + this.listenerCount('stderr') >
      0;
    const progress = this.listenerCount('progress') > 0;
    const removals = this.listenerCount('removed') > 0;
    const isSame =
      lines === this.#wantsLines &&
      progress === this.#wantsProgress &&
      removals === this.#wantsRemovals;
    if (isSame) return this;
    this.#wantsLines = lines;
    this.#wantsProgress = progress;
    this.#wantsRemovals = removals;
    this.#onWantsChange();
    return this;
  }
}
