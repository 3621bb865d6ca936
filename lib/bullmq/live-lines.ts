/** The lines of a running command on their way to the store: in batches, within a number of bytes, redacted already. */

import type { LinesBatch } from '../../types/api';
import type { TailLine } from '../../types/bullmq';
import { startOf } from './bounds';
import type { SideStore } from './store/side-store';

/** What a batch has: the attempt, and pairs of a letter for the stream and a line. */
type LiveText = readonly [attempt: number, ...lines: (readonly ['o' | 'e', string])[]];

export interface LiveBounds {
  readonly bytes: number;
  readonly flushMs: number;
}

export class LiveLines {
  readonly #store: SideStore;
  readonly #id: string;
  readonly #attempt: number;
  readonly #bounds: LiveBounds;
  #lines: (readonly ['o' | 'e', string])[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  /** One write at a time. While the store is away, the newest lines are kept. */
  #writing: Promise<void> | undefined;

  constructor(store: SideStore, id: string, attempt: number, bounds: LiveBounds) {
    this.#store = store;
    this.#id = id;
    this.#attempt = attempt;
    this.#bounds = bounds;
  }

  add({ stream, lines }: LinesBatch): void {
    for (const text of lines) {
      const line = startOf(text, this.#mostBytes);
      this.#lines.push([stream === 'stdout' ? 'o' : 'e', line]);
      this.#bytes += Buffer.byteLength(line) + 10;
    }
    while (this.#bytes > this.#bounds.bytes && this.#lines.length > 1) {
      const [, dropped] = this.#lines.shift() as readonly ['o' | 'e', string];
      this.#bytes -= Buffer.byteLength(dropped) + 10;
    }
    this.#timer ??= setTimeout(() => void this.#flush(), this.#bounds.flushMs);
  }

  /** Writes what is left. Waits for the store for as long as `waitMs`, since lines are not worth more. */
  async end(waitMs: number): Promise<void> {
    const written = this.#flush();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, waitMs);
    });
    await Promise.race([written, late]);
    clearTimeout(timer);
  }

  /** A batch is a sixteenth of the bytes at most, and the store keeps sixteen of them. */
  get #mostBytes(): number {
    return Math.floor(this.#bounds.bytes / BATCHES);
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#lines.length > 0) {
      const text: LiveText = [this.#attempt, ...this.#take()];
      try {
        await this.#store.append(this.#id, JSON.stringify(text), BATCHES);
      } catch {
        // The lines are lost; the log file of the worker has them.
      }
    }
  }

  #take(): (readonly ['o' | 'e', string])[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#lines.length) {
      bytes += Buffer.byteLength((this.#lines[count] as readonly ['o' | 'e', string])[1]) + 10;
      if (count > 0 && bytes > this.#mostBytes) break;
      count++;
    }
    const taken = this.#lines.splice(0, count);
    for (const [, line] of taken) this.#bytes -= Buffer.byteLength(line) + 10;
    return taken;
  }
}

const BATCHES = 16;

/** The lines of a text that {@link LiveLines} wrote. */
export function linesIn(text: string): TailLine[] {
  const [attempt, ...lines] = JSON.parse(text) as LiveText;
  return lines.map(([stream, line]) => ({
    stream: stream === 'o' ? 'stdout' : 'stderr',
    line,
    attempt,
  }));
}
