/**
 * The events for one page. They are collected into batches and count as in flight until the page
 * acknowledges them.
 */

import type { PageEventName } from '../../../types/electron';
import type { OutputEvent } from '../../../types/events';
import type { PlanLine } from '../../../types/plan-data';
import type { Batch, PlanWireName, WireEvent } from '../ipc';

/** Sends a batch. Closes the outbox when the page is gone. */
type Send = (batch: Omit<Batch, 'page'>) => void;

export interface PageOutboxLimits {
  maxBytesInFlight: number;
  maxHoldMs: number;
  frameMs: number;
}

/** A batch of this size is sent before the end of the frame. */
const FULL_BATCH = 65_536;

/** The approximate size of an event without its text. */
const EVENT_BYTES = 512;
const LINE_BYTES = 8;
/** With the number and the name of the step. */
const PLAN_LINE_BYTES = 64;

export class PageOutbox {
  readonly #send: Send;
  readonly #limits: PageOutboxLimits;
  readonly #fullBatch: number;
  #events: WireEvent[] = [];
  /** The last event, while lines can be added to it. */
  #open: { watch: number; output: OutputEvent } | undefined;
  /** As {@link #open}, for the lines of a plan. */
  #openPlan: { watch: number; lines: PlanLine[] } | undefined;
  #queued = 0;
  #sent = new Map<number, number>();
  #inFlight = 0;
  #lastNumber = 0;
  #lastSentAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #fullSince: number | undefined;
  #waiters: (() => void)[] = [];
  #isClosed = false;

  constructor(send: Send, limits: PageOutboxLimits) {
    this.#send = send;
    this.#limits = limits;
    // Several batches fit, so that the next one arrives while the page processes the previous one.
    this.#fullBatch = Math.min(FULL_BATCH, limits.maxBytesInFlight / 4);
  }

  /**
   * Whether lines may be added. A full outbox has room again when half of it is acknowledged. A closed
   * outbox has room and drops what is added.
   */
  get hasRoom(): boolean {
    return this.#fullSince === undefined;
  }

  /** Whether it has been full for longer than `maxHoldMs`. */
  get isStuck(): boolean {
    if (this.#fullSince === undefined) return false;
    return performance.now() - this.#fullSince >= this.#limits.maxHoldMs;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Resolves when there is room, when it is closed, or after `maxHoldMs`. */
  async room(): Promise<void> {
    if (this.hasRoom) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#waiters.push(resolve);
      timer = setTimeout(resolve, Math.max(1, this.#limits.maxHoldMs)).unref();
    });
    clearTimeout(timer);
  }

  /** Added even without room: there are few events, and none may be lost. */
  event(watch: number, name: PageEventName | PlanWireName, payload: unknown): void {
    this.#seal();
    this.#add([watch, name, payload], EVENT_BYTES);
  }

  /** `about`: the event for this line alone. */
  line(watch: number, line: string, about: Omit<OutputEvent, 'lines' | 'timestamp'>): void {
    if (this.#isClosed) return;
    const weight = Buffer.byteLength(line) + LINE_BYTES;
    const open = this.#open;
    if (open?.watch === watch && follows(open.output, about)) {
      open.output.lines.push(line);
      open.output.partial = about.partial;
      this.#weigh(weight);
      return;
    }
    this.#seal();
    const output: OutputEvent = { ...about, timestamp: Date.now(), lines: [line] };
    this.#open = { watch, output };
    this.#add([watch, 'output', output], weight);
  }

  /** A line of a step of a plan. */
  planLine(watch: number, line: PlanLine): void {
    if (this.#isClosed) return;
    const weight = Buffer.byteLength(line.line) + PLAN_LINE_BYTES;
    if (this.#openPlan?.watch === watch) {
      this.#openPlan.lines.push(line);
      this.#weigh(weight);
      return;
    }
    this.#seal();
    const lines = [line];
    this.#openPlan = { watch, lines };
    this.#add([watch, 'lines', lines], weight);
  }

  /** The page has processed a batch. Unknown numbers are ignored. */
  acknowledge(number: number): void {
    const bytes = this.#sent.get(number);
    if (bytes === undefined) return;
    this.#sent.delete(number);
    this.#inFlight -= bytes;
    if (this.#inFlight + this.#queued > this.#limits.maxBytesInFlight / 2) return;
    this.#fullSince = undefined;
    this.#wake();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#events = [];
    this.#seal();
    this.#queued = 0;
    this.#sent.clear();
    this.#inFlight = 0;
    this.#fullSince = undefined;
    this.#wake();
  }

  #add(event: WireEvent, weight: number): void {
    if (this.#isClosed) return;
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

  /** 0 after a pause, so that a prompt is sent at once. */
  #untilNextFrame(): number {
    return Math.max(0, this.#lastSentAt + this.#limits.frameMs - performance.now());
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [events, bytes, number] = [this.#events, this.#queued, ++this.#lastNumber];
    this.#events = [];
    this.#seal();
    this.#queued = 0;
    this.#sent.set(number, bytes);
    this.#inFlight += bytes;
    this.#lastSentAt = performance.now();
    this.#send({ number, events });
  }

  /** No line is added to the last event any more. */
  #seal(): void {
    this.#open = undefined;
    this.#openPlan = undefined;
  }

  #wake(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }
}

/** Whether a line directly follows the last line of a batch. */
function follows(output: OutputEvent, line: Omit<OutputEvent, 'lines' | 'timestamp'>): boolean {
  return (
    output.executionId === line.executionId &&
    output.stream === line.stream &&
    !output.partial &&
    output.firstSeq + output.lines.length === line.firstSeq
  );
}
