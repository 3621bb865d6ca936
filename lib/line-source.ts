/** The lines of one execution for its readers: those kept, then those that come. */

import type { NativeBatch } from '../types/native';
import { fromNative } from './errors';
import type { Executions } from './executions';
import type { LineSource } from './lines';
import type { LiveExecution } from './live';

/** `failure`: rejects with what a reader throws at the end, if it does. */
export function lineSource(
  executions: Executions,
  live: LiveExecution,
  failure: () => Promise<void>,
): LineSource {
  const { channel } = executions;
  return {
    attach(reader) {
      if (live.end.happened) return reader.end();
      live.readers.push(reader);
      executions.updateWatch(live);
    },
    detach(reader) {
      const index = live.readers.indexOf(reader);
      if (index >= 0) live.readers.splice(index, 1);
      executions.updateWatch(live);
    },
    replay: (done) => replay(executions, live, done),
    hold: (bytes) => channel.open?.hold(live.token, bytes),
    release: (bytes) => channel.open?.release(live.token, bytes),
    failure,
  };
}

function replay(
  { channel }: Executions,
  live: LiveExecution,
  done: Parameters<LineSource['replay']>[0],
): void {
  if (!live.isKnown) {
    done(null, []);
    return;
  }
  // At once: until the answer, nothing holds the command back.
  try {
    // Answered in the order of the records: what comes behind the reply is new.
    channel.call(
      (native, ticket) => native.replay(ticket, live.id, live.token),
      // One that is not in has no lines; why it is not in is told at its end.
      (error, batches) => {
        if (!live.admitted) done(null, []);
        else if (error !== null) done(fromNative(error), []);
        else done(null, batches as NativeBatch[]);
      },
    );
  } catch (error) {
    done(error as Error, []);
  }
}
