/** The stdin of an execution as a `Writable`. */

import type * as stream from 'node:stream';
import { ExecutionError } from '../errors';

/** Takes the input of a command. */
export interface InputSink {
  /** Settles when the command's pipe has accepted the bytes, or when the command has closed its stdin. */
  send(data: string | Uint8Array): Promise<unknown>;
  close(): Promise<unknown>;
}

/**
 * Writes go to the command one after the other. Each completes when its bytes are accepted, so that
 * the command sets the pace. A command that stops reading, or has ended, is not an error: what is
 * written then is discarded.
 */
export function createStdin(sink: InputSink): stream.Writable {
  const { Writable } = require('node:stream') as typeof stream;
  const settle = (work: Promise<unknown>, done: () => void): void => void work.then(done, done);
  let closing: Promise<unknown> | undefined;
  const close = (): Promise<unknown> => {
    closing ??= sink.close();
    return closing;
  };
  const stdin = new Writable({
    write: (chunk: Buffer, _encoding, done) => settle(sink.send(chunk), () => done()),
    writev: (chunks, done) => {
      const buffers = chunks.map(({ chunk }) => chunk as Buffer);
      settle(sink.send(Buffer.concat(buffers)), () => done());
    },
    final: (done) => settle(close(), () => done()),
    // A stream that is destroyed before its end closes stdin too: the command reads end-of-file.
    destroy: (error, done) => settle(close(), () => done(error)),
  });
  const emit = stdin.emit.bind(stdin);
  // For a listener the end of the command is no error.
  stdin.emit = (event: string, ...args: unknown[]): boolean =>
    event === 'error' && ends.has(args[0] as Error) ? false : emit(event, ...args);
  return stdin;
}

/** The errors of {@link endStdin}. */
const ends = new WeakSet<Error>();

export const commandEnded = (): ExecutionError =>
  new ExecutionError('ERR_IO', 'The command has ended and accepts no more input');

/**
 * Called at the end of the command. `pipeline()` and `finished()` read the error from the stream, so that a producer
 * does not write forever. No `error` is emitted: without a listener it would end this process.
 */
export function endStdin(stdin: stream.Writable): void {
  // An ended stream finishes by itself: what it still holds is discarded.
  if (stdin.writableEnded) return;
  const error = commandEnded();
  ends.add(error);
  stdin.destroy(error);
}
