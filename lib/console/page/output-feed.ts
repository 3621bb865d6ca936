/** Feeds the output of the shown execution to the terminal, and resumes after a lost connection. */

import type { OutputMessage } from '../messages';
import { ApiError, stream } from './api';
import { count } from './format';
import { SilenceTimeout } from './silence-timeout';
import type { OutputTerminal } from './terminal';

const RETRY_MS = 700;

export class OutputFeed {
  readonly #terminal: OutputTerminal;
  #id: string | undefined;
  #abort = new AbortController();
  /** The number of the next piece. */
  #nextSeq = 0;
  #hasGaps = false;
  #isEmpty = true;
  /** The terminal shows old output until the first message arrives. */
  #isStale = false;
  #hasEnded = false;

  constructor(terminal: OutputTerminal) {
    this.#terminal = terminal;
    document.addEventListener('visibilitychange', () => this.#visibilityChanged());
  }

  show(id: string | undefined): void {
    if (id === this.#id) return;
    this.#id = id;
    this.#restart();
    this.#terminal.reset();
    this.#terminal.follow();
    this.#isStale = false;
  }

  /** Loads the kept output again if there are gaps. */
  refill(): void {
    if (this.#hasGaps && this.#id !== undefined) this.#restart();
  }

  #restart(): void {
    this.#nextSeq = 0;
    this.#hasEnded = false;
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

  /** A hidden page closes its connection, because a browser has few per server, and resumes when it is visible. */
  #visibilityChanged(): void {
    if (document.hidden) this.#abort.abort();
    else if (!this.#hasEnded) this.#connect();
  }

  async #run(id: string, abort: AbortController): Promise<void> {
    const { signal } = abort;
    while (!signal.aborted) {
      const connection = new AbortController();
      const stop = () => connection.abort();
      signal.addEventListener('abort', stop);
      const silence = new SilenceTimeout(stop);
      try {
        const path = `/api/executions/${encodeURIComponent(id)}/output?from=${this.#nextSeq}`;
        for await (const message of stream<OutputMessage>(path, connection.signal)) {
          silence.restart();
          if (signal.aborted) return;
          await this.#handle(message);
          if (signal.aborted || this.#hasEnded) return;
        }
      } catch (error) {
        if (error instanceof ApiError && error.status !== 503) return;
      } finally {
        silence.stop();
        signal.removeEventListener('abort', stop);
        connection.abort();
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  async #handle(message: OutputMessage): Promise<void> {
    if (message.type === 'alive') return;
    if (this.#isStale) {
      this.#terminal.reset();
      this.#isStale = false;
    }
    if (message.type === 'text') {
      this.#isEmpty = false;
      this.#nextSeq = message.chunks.at(-1)?.nextSeq ?? this.#nextSeq;
      await this.#terminal.write(message.chunks, message.isKept);
    } else if (message.type === 'skipped') {
      this.#noteSkipped(message.lines, message.nextSeq);
    } else if (message.type === 'caughtUp') {
      // A refill would move a view that was scrolled up.
      if (this.#terminal.isFollowing) this.refill();
    } else {
      this.#hasEnded = true;
    }
  }

  #noteSkipped(lines: number, nextSeq: number): void {
    this.#nextSeq = nextSeq;
    const what = lines === 1 ? '1 line' : `${count(lines)} lines`;
    if (this.#isEmpty) {
      this.#terminal.note(`${what} before this were dropped`);
    } else {
      this.#hasGaps = true;
      this.#terminal.note(`${what} skipped`);
    }
  }
}
