/** Passes the events of one attempt on to the listeners of the whole. */

import type { Execution } from '../../../types/api';
import type { OutputEvent, ProgressEvent, TerminalEvent } from '../../../types/events';
import { type ExecutionEmitter, publish, publishLines, wantsLines } from '../../core/index';
import type { OutputTail } from './output-tail';

/** The listeners of one attempt. The events at its end are kept: another attempt may follow. */
export class AttemptEvents {
  readonly #attempt: Execution;
  readonly #emitter: ExecutionEmitter;
  readonly #tail: OutputTail | undefined;
  #hasLines = false;
  #hasProgress = false;
  #end: TerminalEvent | undefined;

  /** `tail`: also takes the output. */
  constructor(attempt: Execution, emitter: ExecutionEmitter, tail: OutputTail | undefined) {
    this.#attempt = attempt;
    this.#emitter = emitter;
    this.#tail = tail;
    attempt.on('started', (event) => publish([emitter], 'started', event));
    attempt.on('statusChanged', (event) => publish([emitter], 'statusChanged', event));
    attempt.on('echo', (event) => publish([emitter], 'echo', event));
    attempt.on('settled', (event) => {
      this.#end = event;
    });
    this.update();
  }

  /** Called when listeners have come or gone. Output without a listener is not delivered. */
  update(): void {
    const lines = this.#tail !== undefined || wantsLines(this.#emitter);
    if (lines !== this.#hasLines) {
      this.#hasLines = lines;
      if (lines) this.#attempt.on('output', this.#onOutput);
      else this.#attempt.off('output', this.#onOutput);
    }
    const progress = this.#emitter.listenerCount('progress') > 0;
    if (progress !== this.#hasProgress) {
      this.#hasProgress = progress;
      if (progress) this.#attempt.on('progress', this.#onProgress);
      else this.#attempt.off('progress', this.#onProgress);
    }
  }

  /** Emits the events at the end. A refused request has none. */
  emitEnd(): void {
    const event = this.#end;
    if (event === undefined) return;
    const { status } = event.result;
    publish([this.#emitter], status, event);
    publish([this.#emitter], 'settled', event);
  }

  readonly #onOutput = (event: OutputEvent): void => {
    this.#tail?.take(event);
    publishLines([this.#emitter], { ...event, stream: event.stream === 'stdout' ? 0 : 1 });
  };

  readonly #onProgress = (event: ProgressEvent): void => {
    publish([this.#emitter], 'progress', event);
  };
}
