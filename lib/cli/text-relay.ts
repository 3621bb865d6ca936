/**
 * Output as text: the lines of the engine put together again. Exact for UTF-8 text with `\n` at the
 * ends of its lines.
 */

import type { ExecutionLine } from '../../types/api';
import type { OutputStream } from '../../types/events';
import type { ExecutionResult } from '../../types/result';
import type { Display } from './display';
import type { Meter } from './meter';
import { Relay } from './relay';

/**
 * How long the end of the last line waits, in milliseconds. A last line that has none is told like
 * any other, and the end of the execution follows it at once: then it is known.
 */
const HOLD_MS = 5;
const STREAMS = ['stdout', 'stderr'] as const;

export class TextRelay extends Relay {
  readonly #display: Display;
  readonly #meter: Meter;
  #stream: OutputStream = 'stdout';
  #text = '';
  /** Streams whose last line still lacks its end. */
  readonly #open = new Set<OutputStream>();
  #timer: NodeJS.Timeout | undefined;

  constructor(display: Display, meter: Meter) {
    super();
    this.#display = display;
    this.#meter = meter;
  }

  protected override add({ stream, line, partial }: ExecutionLine): void {
    if (stream !== this.#stream) {
      this.flush();
      this.#stream = stream;
    }
    if (this.#open.delete(stream)) this.#text += '\n';
    this.#text += line;
    if (!partial) this.#endLine(stream);
    this.#meter.add(partial ? 0 : 1, line.length + 1);
  }

  protected override flush(): void {
    this.#display.write(this.#stream, this.#text);
    this.#text = '';
    if (this.#open.size > 0) this.#timer ??= setTimeout(() => this.#release(), HOLD_MS);
  }

  protected override busy(): Promise<void> | undefined {
    const { stdout, stderr } = this.#display.outlets;
    if (!stdout.isFull && !stderr.isFull) return undefined;
    return Promise.all([stdout.room(), stderr.room()]).then(() => undefined);
  }

  override async finish(result: ExecutionResult<Uint8Array>): Promise<void> {
    this.flush();
    clearTimeout(this.#timer);
    const open = [...this.#open];
    this.#open.clear();
    for (const stream of open) {
      if (this.#endsInNewline(stream, result)) this.#display.write(stream, '\n');
    }
    await this.busy();
    for (const stream of STREAMS) this.#compare(stream, result[`${stream}Bytes`]);
  }

  /** On a terminal nothing is lost by a line break at the very end. */
  #endLine(stream: OutputStream): void {
    if (this.#display.isTerminal[stream]) this.#text += '\n';
    else this.#open.add(stream);
  }

  /** Behind what came meanwhile, which may be the end. */
  #release(): void {
    setImmediate(() => {
      this.#timer = undefined;
      for (const stream of this.#open) {
        if (stream === this.#stream) this.#text += '\n';
        else this.#display.write(stream, '\n');
      }
      this.#open.clear();
      this.flush();
    });
  }

  #endsInNewline(stream: OutputStream, result: ExecutionResult<Uint8Array>): boolean {
    if (!result[`${stream}Truncated`]) return result[stream].at(-1) === 0x0a;
    // Only the beginning was kept: if all else is exact, the number of bytes tells.
    return result[`${stream}Bytes`] > this.#display.outlets[stream].bytes;
  }

  #compare(stream: OutputStream, written: number): void {
    const outlet = this.#display.outlets[stream];
    if (this.#display.isTerminal[stream] || outlet.isBroken || outlet.bytes === written) return;
    this.#display.say(
      `${stream} is not byte for byte what the command wrote (${written} bytes, here ` +
        `${outlet.bytes}): line ends \\r\\n became \\n, and what is no UTF-8 became U+FFFD. ` +
        'With --binary every byte is kept.',
    );
  }
}
