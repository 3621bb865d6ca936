/**
 * The line at the bottom of a terminal that tells how a command goes. It is erased before anything
 * else is written there and drawn again behind it.
 */

import type { Writable } from 'node:stream';

type Terminal = Writable & { columns?: number };

/** How often it changes by itself, in milliseconds. */
const TICK_MS = 250;
/** What ends sooner shows no line at all. */
const FIRST_MS = 400;

/**
 * Clears from the start of the line to the end of the screen. The cursor always waits at the start
 * of the line: where a terminal that became narrower has wrapped the line, it stays there.
 */
const ERASE = '\r\x1b[J';
/** Between these nothing wraps: the terminal may have become narrower a moment ago. */
const NO_WRAP = '\x1b[?7l';
const WRAP = '\x1b[?7h';

export class StatusLine {
  readonly #terminal: Terminal;
  readonly #text: (columns: number) => string;
  readonly #dim: boolean;
  #timer: NodeJS.Timeout | undefined;
  #drawn = false;
  #due = false;
  /** What was written last has not ended its line: the cursor stands behind it. */
  #midLine = false;
  readonly #redraw = (): void => this.#draw();

  /** `text`: what the line says, in so many columns. */
  constructor(terminal: Terminal, text: (columns: number) => string, dim: boolean) {
    this.#terminal = terminal;
    this.#text = text;
    this.#dim = dim;
  }

  start(): void {
    this.#terminal.on('resize', this.#redraw);
    this.#timer = setTimeout(() => {
      this.#due = true;
      this.#draw();
      this.#timer = setInterval(this.#redraw, TICK_MS).unref();
    }, FIRST_MS).unref();
  }

  /** Out of the way: something else is written to the terminal now. */
  erase(): void {
    if (!this.#drawn) return;
    this.#drawn = false;
    this.#terminal.write(ERASE);
  }

  /** Behind what was written; `midLine`: it has not ended its line. */
  restore(midLine: boolean): void {
    this.#midLine = midLine;
    this.#draw();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#due = false;
    this.#terminal.off('resize', this.#redraw);
    this.erase();
  }

  #draw(): void {
    if (!this.#due || this.#midLine) return;
    // The last column stays free: some terminals wrap when it is filled.
    const text = this.#text(Math.max(0, (this.#terminal.columns ?? 80) - 1));
    const shown = this.#dim ? `\x1b[2m${text}\x1b[22m` : text;
    this.#terminal.write(`${ERASE}${NO_WRAP}${shown}${WRAP}\r`);
    this.#drawn = true;
  }
}
