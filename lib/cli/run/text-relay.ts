/** Output as text: the lines of the engine, joined again. Exact for UTF-8 text with `\n` line ends. */

import type { ExecutionLine } from '../../../types/api';
import type { OutputStream } from '../../../types/events';
import type { ExecutionResult } from '../../../types/result';
import type { Display } from './display';
import type { OutputMeter } from './output-meter';
import { Relay } from './relay';

/**
 * How long the newline of the last line is held back, in milliseconds. The engine reports a last line without a newline
 * like any other line; the end of the execution follows immediately and shows which it was.
 */
const NEWLINE_DELAY_MS = 5;
const STREAMS = ['stdout', 'stderr'] as const;

export class TextRelay extends Relay {
  readonly #display: Display;
  readonly #meter: OutputMeter;
  /** The stream of the collected text. */
  #stream: OutputStream = 'stdout';
  #text = '';
  /** Streams whose last newline is held back. */
  readonly #withoutNewline = new Set<OutputStream>();
  #newlineTimer: NodeJS.Timeout | undefined;

  constructor(display: Display, meter: OutputMeter) {
    super();
    this.#display = display;
    this.#meter = meter;
  }

  protected override add({ stream, line, partial }: ExecutionLine): void {
    if (stream !== this.#stream) {
      this.flush();
      this.#stream = stream;
    }
    if (this.#withoutNewline.delete(stream)) this.#text += '\n';
    this.#text += line;
    if (!partial) this.#endLine(stream);
    this.#meter.add(partial ? 0 : 1, line.length + 1);
  }

  protected override flush(): void {
    this.#display.write(this.#stream, this.#text);
    this.#text = '';
    if (this.#withoutNewline.size === 0) return;
    this.#newlineTimer ??= setTimeout(() => this.#writeNewlines(), NEWLINE_DELAY_MS);
  }

  protected override drained(): Promise<void> | undefined {
    const { stdout, stderr } = this.#display.sinks;
    if (!stdout.isFull && !stderr.isFull) return undefined;
    return Promise.all([stdout.drained(), stderr.drained()]).then(() => undefined);
  }

  override async finish(result: ExecutionResult<Uint8Array>): Promise<void> {
    this.flush();
    clearTimeout(this.#newlineTimer);
    const streams = [...this.#withoutNewline];
    this.#withoutNewline.clear();
    for (const stream of streams) {
      if (this.#endsInNewline(stream, result)) this.#display.write(stream, '\n');
    }
    await this.drained();
    for (const stream of STREAMS) this.#reportDifference(stream, result[`${stream}Bytes`]);
  }

  /** On a terminal a newline after an unfinished last line does no harm. */
  #endLine(stream: OutputStream): void {
    if (this.#display.isTerminal[stream]) this.#text += '\n';
    else this.#withoutNewline.add(stream);
  }

  /** Events that are already available come first: one of them may be the end. */
  #writeNewlines(): void {
    setImmediate(() => {
      this.#newlineTimer = undefined;
      for (const stream of this.#withoutNewline) {
        if (stream === this.#stream) this.#text += '\n';
        else this.#display.write(stream, '\n');
      }
      this.#withoutNewline.clear();
      this.flush();
    });
  }

  #endsInNewline(stream: OutputStream, result: ExecutionResult<Uint8Array>): boolean {
    if (!result[`${stream}Truncated`]) return result[stream].at(-1) === 0x0a;
    // Only the beginning was kept. If all other bytes are exact, the difference of the counts is the newline.
    return result[`${stream}Bytes`] > this.#display.sinks[stream].bytes;
  }

  #reportDifference(stream: OutputStream, original: number): void {
    const sink = this.#display.sinks[stream];
    if (this.#display.isTerminal[stream] || sink.isBroken || sink.bytes === original) return;
    this.#display.notify(
      `${stream} is not byte for byte what the command wrote (${original} bytes, here ` +
        `${sink.bytes}): \\r\\n became \\n, and invalid UTF-8 became U+FFFD. ` +
        'Use --binary for exact bytes.',
    );
  }
}
