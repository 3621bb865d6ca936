/** The output of an execution, and its stdin, as streams of Node and of the web. */

import type * as stream from 'node:stream';
import type * as web from 'node:stream/web';
import type { InputData } from '../types/api';
import { asData } from './options/checks';
import type { InputSink } from './stdin';

/** Text is UTF-8. No piece is empty. */
export type Pieces = AsyncIterableIterator<string | Uint8Array>;

/** Loaded late: a program that only awaits results needs neither. */
const nodeStreams = () => require('node:stream') as typeof stream;
const webStreams = () => require('node:stream/web') as typeof web;

export function toReadable(pieces: Pieces): stream.Readable {
  return nodeStreams().Readable.from(pieces, { objectMode: false });
}

export function toReadableStream(pieces: Pieces): web.ReadableStream<Uint8Array> {
  const { ReadableStream } = webStreams();
  return new ReadableStream({
    type: 'bytes',
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (!done) return controller.enqueue(ownBytes(value));
      controller.close();
      // A reader that brought memory of its own waits for it to be given back.
      controller.byobRequest?.respond(0);
    },
    async cancel() {
      await pieces.return?.();
    },
  });
}

/** Copied: a byte stream takes away the memory of what it is given, which others may share. */
function ownBytes(piece: string | Uint8Array): Uint8Array {
  return typeof piece === 'string' ? new TextEncoder().encode(piece) : new Uint8Array(piece);
}

/**
 * A child that reads no further is no error, as long as it is there. When it is not, who still writes
 * is told, and not left to write to nobody for ever.
 * @param gone - what he is told then
 */
export function toWritableStream(
  sink: InputSink,
  gone: Promise<Error>,
): web.WritableStream<InputData> {
  const { WritableStream } = webStreams();
  let closing = false;
  const close = async (): Promise<void> => {
    closing = true;
    await sink.close().catch(() => undefined);
  };
  return new WritableStream({
    start(controller) {
      void gone.then((error) => {
        if (!closing) controller.error(error);
      });
    },
    async write(chunk) {
      let data: string | Uint8Array;
      try {
        data = asData('chunk', chunk);
      } catch (error) {
        await close();
        throw error;
      }
      await sink.send(data).catch(() => undefined);
    },
    close,
    abort: close,
  });
}

/** Closes with the output: who still writes then is told, by `pipeline` for example. */
export function toDuplex(pieces: Pieces, stdin: stream.Writable): stream.Duplex {
  const { Duplex } = nodeStreams();
  // To a child that is gone at a pace that leaves the event loop its turn: for the end of the output.
  const write = (data: Buffer, done: () => void): void => {
    if (stdin.writable) stdin.write(data, () => done());
    else setImmediate(done);
  };
  const duplex = new Duplex({
    read() {
      pieces.next().then(
        ({ done, value }) => this.push(done ? null : value),
        (error: Error) => this.destroy(error),
      );
    },
    write: (chunk: Buffer, _encoding, done) => write(chunk, done),
    writev: (chunks, done) => write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done),
    final: (done) => {
      if (stdin.writable) stdin.end(() => done());
      else done();
    },
    destroy: (error, done) => {
      stdin.destroy();
      const left = pieces.return?.() ?? Promise.resolve();
      left.then(
        () => done(error),
        () => done(error),
      );
    },
  });
  return duplex.once('end', () => duplex.destroy());
}
