/** The end of the output of a command, for its outcome. */

import type { LinesBatch } from '../../types/api';
import { endOf } from './bounds';

export class Tails {
  readonly #bytes: number;
  stdout = '';
  stderr = '';

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  add({ stream, lines, partial }: LinesBatch): void {
    const text = `${lines.join('\n')}${partial ? '' : '\n'}`;
    // Most of a long batch would be cut off again.
    this[stream] = endOf(this[stream] + text.slice(-this.#bytes - 1), this.#bytes);
  }
}
