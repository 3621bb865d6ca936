/** Output as events of the engine, one JSON object per line. */

import type { ExecutionLine } from '../../../types/api';
import type { OutputEvent, OutputStream, TerminalEvent } from '../../../types/events';
import type { Display } from './display';
import type { OutputMeter } from './output-meter';
import { Relay } from './relay';

const MAX_BATCH_LINES = 1000;

export class JsonRelay extends Relay {
  readonly #display: Display;
  readonly #meter: OutputMeter;
  readonly #executionId: string;
  #batch: OutputEvent | undefined;
  #terminalEvent: TerminalEvent | undefined;

  constructor(display: Display, meter: OutputMeter, executionId: string) {
    super();
    this.#display = display;
    this.#meter = meter;
    this.#executionId = executionId;
  }

  event(name: string, payload: object): void {
    this.flush();
    this.#display.write('stdout', `${JSON.stringify({ event: name, ...payload })}\n`);
  }

  /** The last event. {@link finish} writes it after the output. */
  end(event: TerminalEvent): void {
    this.#terminalEvent = event;
  }

  protected override add({ stream, line, seq, partial }: ExecutionLine): void {
    const batch = this.#batchFor(stream, seq);
    batch.lines.push(line);
    batch.partial = partial;
    this.#meter.add(partial ? 0 : 1, line.length + 1);
    if (batch.lines.length >= MAX_BATCH_LINES) this.flush();
  }

  protected override flush(): void {
    const batch = this.#batch;
    this.#batch = undefined;
    if (batch !== undefined) this.event('output', batch);
  }

  protected override drained(): Promise<void> | undefined {
    const { stdout } = this.#display.sinks;
    return stdout.isFull ? stdout.drained() : undefined;
  }

  override async finish(): Promise<void> {
    this.flush();
    const event = this.#terminalEvent;
    if (event !== undefined) this.event(event.result.status, event);
    await this.drained();
  }

  /** A batch has one stream, and an unfinished line only at its end. */
  #batchFor(stream: OutputStream, seq: number): OutputEvent {
    const { stream: current, partial } = this.#batch ?? {};
    if (current !== stream || partial === true) {
      this.flush();
      const start = { executionId: this.#executionId, timestamp: Date.now(), key: null };
      this.#batch = { ...start, stream, lines: [], firstSeq: seq, partial: false };
    }
    return this.#batch as OutputEvent;
  }
}
