/** Converts chunks of output to text for the terminal: stderr has its own colour. */

import type { TextChunk } from '../messages';
import { STDERR_COLOUR } from './palette';

const RESET = '\x1b[0m';
const STDERR = `\x1b[38;5;${STDERR_COLOUR}m`;
/** Bright black: dim text may have too little contrast. */
const GREY = '\x1b[90m';

export class OutputText {
  #stream: TextChunk['stream'] = 'stdout';
  #isMidLine = false;

  chunk({ stream, text, partial }: TextChunk): string {
    const isSwitch = stream !== this.#stream;
    // Text after an unfinished line of the other stream starts on a new line.
    const newLine = isSwitch && this.#isMidLine ? '\n' : '';
    const begin = isSwitch ? RESET : '';
    this.#stream = stream;
    this.#isMidLine = partial;
    const end = partial ? '' : '\n';
    if (stream === 'stdout') return newLine + begin + text + end;
    // Repeated for each line, because a line may reset all colours.
    return newLine + begin + STDERR + text.replaceAll('\n', `\n${STDERR}`) + end;
  }

  /** A message of the console. */
  note(text: string): string {
    const newLine = this.#isMidLine ? '\n' : '';
    this.#stream = 'stdout';
    this.#isMidLine = false;
    return `${newLine}${RESET}${GREY}── ${text} ──${RESET}\n`;
  }
}
