/** An `EventEmitter` that knows the events of executions and tells when somebody wants lines. */

import { EventEmitter } from 'node:events';
import type { ExecutionEventName, ExecutionListener } from '../types/events';

/**
 * Whether anybody listens to `output`, `stdout` or `stderr`. Not a method: engines are emitters.
 */
export let wantsLines: (emitter: ExecutionEmitter) => boolean;

/** Whether anybody listens to `progress`. */
export let wantsProgress: (emitter: ExecutionEmitter) => boolean;

/** Grows with every change of listeners, so that a loop over them can notice one. */
export let versionOf: (emitter: ExecutionEmitter) => number;

/**
 * Events reach its listeners through `lib/events`, since `emit` stops at the first listener that
 * throws. The methods that add and remove listeners are overridden for their types, and to notice
 * the change: the meta-events of `EventEmitter` would be visible to others and would not tell of
 * `removeAllListeners()`.
 */
export class ExecutionEmitter extends EventEmitter {
  static {
    wantsLines = (emitter) => emitter.#wantsLines;
    wantsProgress = (emitter) => emitter.#wantsProgress;
    versionOf = (emitter) => emitter.#version;
  }

  #version = 0;
  #wantsLines = false;
  #wantsProgress = false;
  #onWantsChange: () => void;

  /**
   * `onWantsChange`: called when the first listener for lines, or for progress, comes, and when the
   * last one goes.
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
    // Comes back through `on`.
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
    // Comes back through `prependListener`.
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
    const lines =
      this.listenerCount('output') + this.listenerCount('stdout') + this.listenerCount('stderr') >
      0;
    const progress = this.listenerCount('progress') > 0;
    if (lines !== this.#wantsLines || progress !== this.#wantsProgress) {
      this.#wantsLines = lines;
      this.#wantsProgress = progress;
      this.#onWantsChange();
    }
    return this;
  }
}
