/**
 * The line at the bottom of a terminal that shows the state of a command. It is erased before other output and drawn
 * again after it.
 */

import type { Writable } from 'node:stream';

type Terminal = Writable & { columns?: number };

const REDRAW_MS = 250;
/** A command that ends sooner shows no status line. */
const FIRST_DRAW_MS = 400;

/**
 * Clears from the start of the line to the end of the screen. The cursor stays at the start of the line, also when a
 * terminal that became narrower has wrapped the line.
 */
const ERASE = '\r\x1b[J';
/** Disables wrapping while the line is drawn: the terminal may have become narrower since its width was read. */
const NO_WRAP = '\x1b[?7l';
const WRAP = '\x1b[?7h';

export class StatusLine {
  readonly #terminal: Terminal;
  readonly #text: (columns: number) => string;
  readonly #dim: boolean;
  #timer: NodeJS.Timeout | undefined;
  #isDrawn = false;
  #isStarted = false;
  /** The cursor is after an unfinished line of the output. */
  #isMidLine = false;
  readonly #redraw = (): void => this.#draw();

  /** `text` returns the status for a number of columns. */
  constructor(terminal: Terminal, text: (columns: number) => string, dim: boolean) {
    this.#terminal = terminal;
    this.#text = text;
    this.#dim = dim;
  }

  start(): void {
    this.#terminal.on('resize', this.#redraw);
    this.#timer = setTimeout(() => {
      this.#isStarted = true;
      this.#draw();
      this.#timer = setInterval(this.#redraw, REDRAW_MS).unref();
    }, FIRST_DRAW_MS).unref();
  }

  /** Called before other output. */
  erase(): void {
    if (!this.#isDrawn) return;
    this.#isDrawn = false;
    this.#terminal.write(ERASE);
  }

  /** Called after other output. `isMidLine`: its last line is unfinished. */
  restore(isMidLine: boolean): void {
    this.#isMidLine = isMidLine;
    this.#draw();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#isStarted = false;
    this.#terminal.off('resize', this.#redraw);
    this.erase();
  }

  #draw(): void {
    if (!this.#isStarted || this.#isMidLine) return;
    // Some terminals wrap when the last column is filled.
    const text = this.#text(Math.max(0, (this.#terminal.columns ?? 80) - 1));
    const shown = this.#dim ? `\x1b[2m${text}\x1b[22m` : text;
    this.#terminal.write(`${ERASE}${NO_WRAP}${shown}${WRAP}\r`);
    this.#isDrawn = true;
  }
}
