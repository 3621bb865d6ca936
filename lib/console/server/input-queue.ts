/** Forwards input to the stdin of executions, and limits the input that they have not read. */

import type { ExecutionEngineApi } from '../../../types/api';
import { HttpError } from './http-error';

/** Inputs of one execution that wait to be read. */
const MAX_WAITING = 16;

export class InputQueue {
  readonly #engine: ExecutionEngineApi;
  readonly #waiting = new Map<string, number>();

  constructor(engine: ExecutionEngineApi) {
    this.#engine = engine;
  }

  /** Resolves when the execution has read the text. */
  async send(id: string, text: string): Promise<void> {
    const waiting = this.#waiting.get(id) ?? 0;
    if (waiting >= MAX_WAITING) {
      const message = `The execution has not read the last ${MAX_WAITING} inputs`;
      throw new HttpError(429, 'ERR_INPUT_FULL', message);
    }
    this.#waiting.set(id, waiting + 1);
    try {
      await this.#engine.sendInput(id, text);
    } finally {
      const left = (this.#waiting.get(id) ?? 1) - 1;
      if (left > 0) this.#waiting.set(id, left);
      else this.#waiting.delete(id);
    }
  }
}
