/** Output as events, one JSON object a line: those of the engine, under their names. */

import type { ExecutionLine } from '../../types/api';
import type { OutputEvent, OutputStream, TerminalEvent } from '../../types/events';
import type { Display } from './display';
import type { Meter } from './meter';
import { Relay } from './relay';

/** Of one batch. */
const MOST_LINES = 1000;

export class JsonRelay extends Relay {
  readonly #display: Display;
  readonly #meter: Meter;
  readonly #id: string;
  #batch: OutputEvent | undefined;
  #end: TerminalEvent | undefined;

  constructor(display: Display, meter: Meter, id: string) {
    super();
    this.#display = display;
    this.#meter = meter;
    this.#id = id;
  }

  event(name: string, payload: object): void {
    this.flush();
    this.#display.write('stdout', `${JSON.stringify({ event: name, ...payload })}\n`);
  }

  /** The last event. It waits for the output, which comes here at its own pace. */
  end(event: TerminalEvent): void {
    this.#end = event;
  }

  protected override add({ stream, line, seq, partial }: ExecutionLine): void {
    const batch = this.#batchFor(stream, seq);
    batch.lines.push(line);
    batch.partial = partial;
    this.#meter.add(partial ? 0 : 1, line.length + 1);
    if (batch.lines.length >= MOST_LINES) this.flush();
  }

  protected override flush(): void {
    const batch = this.#batch;
    this.#batch = undefined;
    if (batch !== undefined) this.event('output', batch);
  }

  protected override busy(): Promise<void> | undefined {
    const { stdout } = this.#display.outlets;
    return stdout.isFull ? stdout.room() : undefined;
  }

  override async finish(): Promise<void> {
    this.flush();
    if (this.#end !== undefined) this.event(this.#end.result.status, this.#end);
    await this.busy();
  }

  /** Only the last entry of a batch may be unfinished. */
  #batchFor(stream: OutputStream, seq: number): OutputEvent {
    const { stream: current, partial } = this.#batch ?? {};
    if (current !== stream || partial === true) {
      this.flush();
      const start = { executionId: this.#id, timestamp: Date.now() };
      this.#batch = { ...start, stream, lines: [], firstSeq: seq, partial: false };
    }
    return this.#batch as OutputEvent;
  }
}
