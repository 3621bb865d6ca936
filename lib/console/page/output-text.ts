/** Turns chunks of output into what the terminal is given: whose line it is shows in its colour. */

import type { TextChunk } from '../wire';
import { STDERR_COLOUR } from './palette';

const RESET = '\x1b[0m';
const STDERR = `\x1b[38;5;${STDERR_COLOUR}m`;
/** Grey; what is dim may have too little contrast. */
const GREY = '\x1b[90m';

export class OutputText {
  #stream: TextChunk['stream'] = 'stdout';
  #isMidLine = false;

  chunk({ stream, text, partial }: TextChunk): string {
    const isOther = stream !== this.#stream;
    // A piece of one stream behind an unfinished line of the other begins a line of its own.
    const newLine = isOther && this.#isMidLine ? '\n' : '';
    const begin = isOther ? RESET : '';
    this.#stream = stream;
    this.#isMidLine = partial;
    const end = partial ? '' : '\n';
    if (stream === 'stdout') return newLine + begin + text + end;
    // Line by line, since a line may have put an end to all colours.
    return newLine + begin + STDERR + text.replaceAll('\n', `\n${STDERR}`) + end;
  }

  /** A line of the console itself. */
  note(text: string): string {
    const newLine = this.#isMidLine ? '\n' : '';
    this.#stream = 'stdout';
    this.#isMidLine = false;
    return `${newLine}${RESET}${GREY}── ${text} ──${RESET}\n`;
  }
}
