/** Feeds the output of the shown execution to the terminal, and resumes after a lost connection. */

import type { OutputMessage } from '../messages';
import { ApiError, stream } from './api';
import { lineCount } from './format';
import type { TextOptions } from './output-text';
import { SilenceTimeout } from './silence-timeout';
import type { OutputTerminal } from './terminal';

const RETRY_MS = 700;

type Skipped = Extract<OutputMessage, { type: 'skipped' }>;

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
  #isOnline = true;
  #options: TextOptions = { times: false, stream: undefined };

  constructor(terminal: OutputTerminal) {
    this.#terminal = terminal;
    document.addEventListener('visibilitychange', () => this.#visibilityChanged());
  }

  /** Without a connection, the output is loaded when there is one. */
  show(id: string | undefined, options: TextOptions): void {
    const { times, stream } = this.#options;
    if (id === this.#id && options.times === times && options.stream === stream) return;
    this.#id = id;
    this.#options = options;
    this.#reload();
  }

  /** Whether the console can be reached. Nothing is retried until then. */
  set isOnline(isOnline: boolean) {
    if (isOnline === this.#isOnline) return;
    this.#isOnline = isOnline;
    if (!isOnline) this.#abort.abort();
    else if (!this.#hasEnded) this.#connect();
  }

  #reload(): void {
    this.#restart();
    this.#terminal.reset(this.#options);
    this.#terminal.follow();
    this.#isStale = false;
    if (!this.#isOnline && this.#id !== undefined)
      this.#terminal.note('not loaded: the console cannot be reached');
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
    const isPossible = this.#isOnline && !document.hidden;
    if (this.#id !== undefined && isPossible) void this.#run(this.#id, this.#abort);
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
      this.#terminal.reset(this.#options);
      this.#isStale = false;
    }
    if (message.type === 'text') {
      this.#isEmpty = false;
      this.#nextSeq = message.chunks.at(-1)?.nextSeq ?? this.#nextSeq;
      await this.#terminal.write(message.chunks, message.isKept);
    } else if (message.type === 'skipped') {
      this.#noteSkipped(message);
    } else if (message.type === 'caughtUp') {
      // A refill would move a view that was scrolled up.
      if (this.#terminal.isFollowing) this.refill();
    } else {
      this.#hasEnded = true;
    }
  }

  #noteSkipped({ lines, kept, nextSeq }: Skipped): void {
    this.#nextSeq = nextSeq;
    if (!this.#isEmpty) {
      this.#hasGaps = true;
      this.#terminal.note(`${lineCount(lines)} skipped`);
      return;
    }
    const dropped = lines - kept;
    const parts = [
      ...(kept > 0 ? [`${lineCount(kept)} kept for the download`] : []),
      ...(dropped > 0 ? [`${lineCount(dropped)} dropped`] : []),
    ];
    this.#terminal.note(`before this: ${parts.join(', ')}`);
  }
}
