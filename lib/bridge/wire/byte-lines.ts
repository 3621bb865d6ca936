/** Cuts bytes into lines of text, each of a bounded length. For both sides of the bridge. */

export type ByteLine =
  | { text: string; problem?: undefined }
  /** Why it is not a line of text. */
  | { text?: undefined; problem: string };

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Lines end with `\n` or `\r\n`. A line that is longer than `maxBytes` is not kept: its problem is reported once, at
 * its end, and the lines after it are read as usual.
 */
export class ByteLines {
  readonly #maxBytes: number;
  readonly #take: (line: ByteLine) => void;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #pieces: Uint8Array[] = [];
  #bytes = 0;

  constructor(take: (line: ByteLine) => void, maxBytes = Number.POSITIVE_INFINITY) {
    this.#take = take;
    this.#maxBytes = maxBytes;
  }

  push(chunk: Uint8Array): void {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, from);
      if (end < 0) break;
      this.#add(chunk.subarray(from, end));
      this.#finish();
      from = end + 1;
    }
    if (from < chunk.length) this.#add(chunk.subarray(from));
  }

  /** Bytes without a line end after them are a line too. */
  end(): void {
    if (this.#bytes > 0) this.#finish();
  }

  #add(piece: Uint8Array): void {
    this.#bytes += piece.length;
    if (this.#bytes <= this.#maxBytes) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  #finish(): void {
    const bytes = this.#bytes;
    const pieces = this.#pieces;
    this.#bytes = 0;
    this.#pieces = [];
    if (bytes > this.#maxBytes) {
      this.#take({ problem: `it has ${bytes} bytes, and at most ${this.#maxBytes} are allowed` });
      return;
    }
    const line = pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces, bytes);
    const length = line.at(-1) === CARRIAGE_RETURN ? line.length - 1 : line.length;
    let text: string;
    try {
      text = this.#decoder.decode(line.subarray(0, length));
    } catch {
      this.#take({ problem: 'it is not UTF-8' });
      return;
    }
    this.#take({ text });
  }
}
