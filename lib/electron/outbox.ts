/**
 * What is on its way to one page: events are gathered into batches, and count until the page has
 * taken them.
 */

import type { PageEventName } from '../../types/electron';
import type { OutputEvent } from '../../types/events';
import type { Batch, WireEvent } from './wire';

/** Sends a batch. Closes the outbox when the page is gone. */
type Send = (batch: Omit<Batch, 'page'>) => void;

export interface OutboxLimits {
  maxBytesInFlight: number;
  maxHoldMs: number;
  frameMs: number;
}

/** A batch does not wait for the end of the frame when it has grown to this. */
const FULL_BATCH = 65_536;

/** About what an event weighs besides its text. */
const EVENT_BYTES = 512;
const LINE_BYTES = 8;

export class Outbox {
  readonly #send: Send;
  readonly #limits: OutboxLimits;
  readonly #fullBatch: number;
  #events: WireEvent[] = [];
  /** The event at the end, while lines may be added to it. */
  #open: { watch: number; output: OutputEvent } | undefined;
  #queued = 0;
  #sent = new Map<number, number>();
  #inFlight = 0;
  #last = 0;
  #lastSentAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #fullSince: number | undefined;
  #waiting: (() => void)[] = [];
  #closed = false;

  constructor(send: Send, limits: OutboxLimits) {
    this.#send = send;
    this.#limits = limits;
    // Several batches, so that the next one is there while the page is at the one before.
    this.#fullBatch = Math.min(FULL_BATCH, limits.maxBytesInFlight / 4);
  }

  /**
   * Whether lines may be added. Once it is full, there is room when half of it was taken. A closed
   * one drops what is added, so nobody waits for it.
   */
  get hasRoom(): boolean {
    return this.#fullSince === undefined;
  }

  /** Whether it has been full for longer than a page may hold others up. */
  get isStuck(): boolean {
    if (this.#fullSince === undefined) return false;
    return performance.now() - this.#fullSince >= this.#limits.maxHoldMs;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Resolves when there is room, when it is closed, or after `maxHoldMs`. */
  async room(): Promise<void> {
    if (this.hasRoom) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      timer = setTimeout(resolve, Math.max(1, this.#limits.maxHoldMs)).unref();
    });
    clearTimeout(timer);
  }

  /** Whatever the room: there are few of them, and none may be lost. */
  event(watch: number, name: PageEventName, payload: unknown): void {
    this.#open = undefined;
    this.#add([watch, name, payload], EVENT_BYTES);
  }

  line(
    watch: number,
    executionId: string,
    stream: OutputEvent['stream'],
    line: string,
    seq: number,
    partial: boolean,
  ): void {
    if (this.#closed) return;
    const weight = Buffer.byteLength(line) + LINE_BYTES;
    const open = this.#open;
    if (open?.watch === watch && follows(open.output, executionId, stream, seq)) {
      open.output.lines.push(line);
      open.output.partial = partial;
      this.#weigh(weight);
      return;
    }
    const output: OutputEvent = {
      executionId,
      timestamp: Date.now(),
      stream,
      lines: [line],
      firstSeq: seq,
      partial,
    };
    this.#open = { watch, output };
    this.#add([watch, 'output', output], weight);
  }

  /** The page has taken a batch. What it was never sent is no batch of its. */
  taken(number: number): void {
    const bytes = this.#sent.get(number);
    if (bytes === undefined) return;
    this.#sent.delete(number);
    this.#inFlight -= bytes;
    if (this.#inFlight + this.#queued > this.#limits.maxBytesInFlight / 2) return;
    this.#fullSince = undefined;
    this.#wake();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#events = [];
    this.#open = undefined;
    this.#queued = 0;
    this.#sent.clear();
    this.#inFlight = 0;
    this.#fullSince = undefined;
    this.#wake();
  }

  #add(event: WireEvent, weight: number): void {
    if (this.#closed) return;
    this.#events.push(event);
    this.#weigh(weight);
  }

  #weigh(bytes: number): void {
    this.#queued += bytes;
    if (this.#inFlight + this.#queued >= this.#limits.maxBytesInFlight) {
      this.#fullSince ??= performance.now();
    }
    if (this.#queued >= this.#fullBatch) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), this.#untilNextFrame());
  }

  /** At once after a silence, so that a prompt is not late. */
  #untilNextFrame(): number {
    return Math.max(0, this.#lastSentAt + this.#limits.frameMs - performance.now());
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [events, bytes, number] = [this.#events, this.#queued, ++this.#last];
    this.#events = [];
    this.#open = undefined;
    this.#queued = 0;
    this.#sent.set(number, bytes);
    this.#inFlight += bytes;
    this.#lastSentAt = performance.now();
    this.#send({ number, events });
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Whether a line goes on where a batch ends. */
function follows(
  output: OutputEvent,
  executionId: string,
  stream: OutputEvent['stream'],
  seq: number,
): boolean {
  return (
    output.executionId === executionId &&
    output.stream === stream &&
    !output.partial &&
    output.firstSeq + output.lines.length === seq
  );
}
