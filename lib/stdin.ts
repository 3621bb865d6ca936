/** The stdin of an execution as a `Writable`. */

import type * as stream from 'node:stream';

/** Where the bytes go. */
export interface InputSink {
  /** Settles when the bytes are taken, or when nobody reads any more. */
  send(data: string | Uint8Array): Promise<unknown>;
  close(): Promise<unknown>;
}

/**
 * Writes go to the child one after the other, each done when its bytes are taken, so that the pace
 * is the child's. A child that reads no further, or is gone, is no error: what is written then
 * leads nowhere.
 */
export function createStdin(sink: InputSink): stream.Writable {
  const { Writable } = require('node:stream') as typeof stream;
  const settle = (work: Promise<unknown>, done: () => void): void => void work.then(done, done);
  let closing: Promise<unknown> | undefined;
  const close = (): Promise<unknown> => {
    closing ??= sink.close();
    return closing;
  };
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => settle(sink.send(chunk), () => done()),
    writev: (chunks, done) => {
      const buffers = chunks.map(({ chunk }) => chunk as Buffer);
      settle(sink.send(Buffer.concat(buffers)), () => done());
    },
    final: (done) => settle(close(), () => done()),
    // A stream destroyed ahead of its end has nothing more to say: the child sees the end.
    destroy: (error, done) => settle(close(), () => done(error)),
  });
}
