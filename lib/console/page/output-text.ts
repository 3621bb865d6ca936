/** Converts chunks of output to text for the terminal: stderr has its own colour, lines may have a time. */

import type { TextChunk } from '../messages';
import { DimText } from './dim-text';
import { clockTime } from './format';
import { STDERR_COLOUR } from './palette';

const RESET = '\x1b[0m';
const STDERR = `\x1b[38;5;${STDERR_COLOUR}m`;
/** Bright black: dim text may have too little contrast. */
const GREY = '\x1b[90m';
/** The position and the colours of the cursor. */
const SAVE = '\x1b7';
const RESTORE = '\x1b8';

export interface TextOptions {
  /** Lines begin with the time at which they were read. */
  times: boolean;
  /** `undefined`: both. */
  stream: TextChunk['stream'] | undefined;
}

export class OutputText {
  readonly #options: TextOptions;
  readonly #dim = new DimText();
  #stream: TextChunk['stream'] = 'stdout';
  #isMidLine = false;

  constructor(options: TextOptions) {
    this.#options = options;
  }

  /** Empty for the other stream. */
  chunk(chunk: TextChunk): string {
    const { stream, text, partial } = chunk;
    const { stream: wanted, times } = this.#options;
    if (wanted !== undefined && stream !== wanted) return '';
    const isSwitch = stream !== this.#stream;
    // Text after an unfinished line of the other stream starts on a new line.
    const newLine = isSwitch && this.#isMidLine ? '\n' : '';
    const begin = isSwitch ? RESET : '';
    const continues = this.#isMidLine && !isSwitch;
    this.#stream = stream;
    this.#isMidLine = partial;
    const end = partial ? '' : '\n';
    // Repeated for each line, because a line may reset all colours.
    const colour = stream === 'stderr' ? STDERR : '';
    const lines = this.#dim.convert(begin + colour + text.replaceAll('\n', `\n${colour}`));
    const time = times ? timeMark(chunk.at) : '';
    return newLine + (continues ? '' : time) + lines.replaceAll('\n', `\n${time}`) + end;
  }

  /** A message of the console. */
  note(text: string): string {
    const newLine = this.#isMidLine ? '\n' : '';
    this.#stream = 'stdout';
    this.#isMidLine = false;
    return this.#dim.convert(`${newLine}${RESET}${GREY}── ${text} ──${RESET}\n`);
  }
}

/** Written between saving and restoring the cursor, so that the colours of the program continue after it. */
function timeMark(at: number | null): string {
  const text = `${clockTime(at)} `;
  return `${SAVE}${RESET}${GREY}${text}${RESTORE}\x1b[${text.length}C`;
}
