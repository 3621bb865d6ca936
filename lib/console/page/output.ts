/** Brings the output of the shown execution into the terminal, and goes on where it was after a lost connection. */

import type { OutputMessage } from '../wire';
import { Refused, stream, Watchdog } from './api';
import { count } from './format';
import type { OutputTerminal } from './terminal';

const RETRY_MS = 700;

export class Output {
  readonly #terminal: OutputTerminal;
  #id: string | undefined;
  #abort = new AbortController();
  /** The number of the first piece that is not shown yet. */
  #nextSeq = 0;
  #hasGaps = false;
  #isEmpty = true;
  /** The terminal shows what is to be replaced when the first answer is there. */
  #isStale = false;
  #isOver = false;

  constructor(terminal: OutputTerminal) {
    this.#terminal = terminal;
    document.addEventListener('visibilitychange', () => this.#visibilityChanged());
  }

  show(id: string | undefined): void {
    if (id === this.#id) return;
    this.#id = id;
    this.#begin();
    this.#terminal.reset();
    this.#terminal.follow();
    this.#isStale = false;
  }

  /** Brings back what was skipped, as far as it is kept. */
  refill(): void {
    if (this.#hasGaps && this.#id !== undefined) this.#begin();
  }

  #begin(): void {
    this.#nextSeq = 0;
    this.#isOver = false;
    this.#isEmpty = true;
    this.#isStale = true;
    this.#hasGaps = false;
    this.#connect();
  }

  #connect(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    if (this.#id !== undefined && !document.hidden) void this.#run(this.#id, this.#abort);
  }

  /** A page that nobody sees leaves its connection to others, and goes on when it is seen again. */
  #visibilityChanged(): void {
    if (document.hidden) this.#abort.abort();
    else if (!this.#isOver) this.#connect();
  }

  async #run(id: string, abort: AbortController): Promise<void> {
    const { signal } = abort;
    while (!signal.aborted) {
      const connection = new AbortController();
      const stop = () => connection.abort();
      signal.addEventListener('abort', stop);
      const watchdog = new Watchdog(stop);
      try {
        const path = `/api/executions/${encodeURIComponent(id)}/output?from=${this.#nextSeq}`;
        for await (const message of stream<OutputMessage>(path, connection.signal)) {
          watchdog.feed();
          if (signal.aborted) return;
          await this.#take(message);
          if (signal.aborted || this.#isOver) return;
        }
      } catch (error) {
        if (error instanceof Refused && error.status !== 503) return;
      } finally {
        watchdog.stop();
        signal.removeEventListener('abort', stop);
        connection.abort();
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  async #take(message: OutputMessage): Promise<void> {
    if (message.type === 'alive') return;
    if (this.#isStale) {
      this.#terminal.reset();
      this.#isStale = false;
    }
    if (message.type === 'text') {
      this.#isEmpty = false;
      this.#nextSeq = message.chunks.at(-1)?.nextSeq ?? this.#nextSeq;
      await this.#terminal.write(message.chunks);
    } else if (message.type === 'skipped') {
      this.#skipped(message.lines, message.nextSeq);
    } else if (message.type === 'caughtUp') {
      // Not under the eyes of somebody who reads further up.
      if (this.#terminal.isFollowing) this.refill();
    } else {
      this.#isOver = true;
    }
  }

  #skipped(lines: number, nextSeq: number): void {
    this.#nextSeq = nextSeq;
    const what = lines === 1 ? '1 line' : `${count(lines)} lines`;
    if (this.#isEmpty) {
      this.#terminal.note(`${what} before this are not kept`);
    } else {
      this.#hasGaps = true;
      this.#terminal.note(`${what} skipped`);
    }
  }
}
