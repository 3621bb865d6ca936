/** The output and the stdin of an execution as Node streams and web streams. */

import type * as stream from 'node:stream';
import type * as web from 'node:stream/web';
import type { InputData } from '../../../types/api';
import { asData } from '../options/checks';
import type { InputSink } from './stdin';

/** Pieces of output. Text is UTF-8; no piece is empty. */
export type Pieces = AsyncIterableIterator<string | Uint8Array>;

/** Loaded on demand: a program that only awaits results needs neither module. */
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
      if (!done) return controller.enqueue(copiedBytes(value));
      controller.close();
      // A reader that supplied its own buffer waits until the buffer is returned.
      controller.byobRequest?.respond(0);
    },
    async cancel() {
      await pieces.return?.();
    },
  });
}

/** A copy: a byte stream transfers the buffer of a chunk, and others may share that buffer. */
function copiedBytes(piece: string | Uint8Array): Uint8Array {
  return typeof piece === 'string' ? new TextEncoder().encode(piece) : new Uint8Array(piece);
}

/**
 * While the command runs, it is not an error that it does not read. After its end the stream fails, so
 * that a producer does not write forever.
 * @param ended - resolves at the end of the command, with the error of the stream
 */
export function toWritableStream(
  sink: InputSink,
  ended: Promise<Error>,
): web.WritableStream<InputData> {
  const { WritableStream } = webStreams();
  let isClosing = false;
  const close = async (): Promise<void> => {
    isClosing = true;
    await sink.close().catch(() => undefined);
  };
  return new WritableStream({
    start(controller) {
      void ended.then((error) => {
        if (!isClosing) controller.error(error);
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

/** Closes at the end of the output. A producer that writes then gets an error, from `pipeline` for example. */
export function toDuplex(pieces: Pieces, stdin: stream.Writable): stream.Duplex {
  const { Duplex } = nodeStreams();
  // After the command's end, one write per turn of the event loop, so that the end of the output is read.
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
      const returned = pieces.return?.() ?? Promise.resolve();
      returned.then(
        () => done(error),
        () => done(error),
      );
    },
  });
  return duplex.once('end', () => duplex.destroy());
}
