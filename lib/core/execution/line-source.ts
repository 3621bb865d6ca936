/** The lines of one execution for its readers: the retained ones, then new ones. */

import type { NativeBatch } from '../../../types/native';
import { fromNative } from '../errors';
import type { LineSource } from '../output/line-reader';
import type { LineBatch } from '../output/split-lines';
import type { ExecutionState } from './execution-state';
import type { Executions } from './executions';

/** `failure`: rejects with the error that readers throw at the end, if there is one. */
export function lineSource(
  executions: Executions,
  state: ExecutionState,
  failure: () => Promise<void>,
): LineSource {
  const { channel } = executions;
  return {
    attach(reader) {
      if (state.isEnded) return reader.end();
      state.readers.push(reader);
      executions.updateWatch(state);
    },
    detach(reader) {
      const index = state.readers.indexOf(reader);
      if (index >= 0) state.readers.splice(index, 1);
      executions.updateWatch(state);
    },
    replay: (done) => replay(executions, state, done),
    hold: (bytes) => channel.open?.hold(state.token, bytes),
    release: (bytes) => channel.open?.release(state.token, bytes),
    failure,
  };
}

function replay(
  { channel }: Executions,
  state: ExecutionState,
  done: Parameters<LineSource['replay']>[0],
): void {
  const { isTerminal } = state;
  const ofTerminal = (batch: NativeBatch): LineBatch =>
    isTerminal ? { ...batch, isTerminal } : batch;
  if (!state.isRegistered) {
    done(null, []);
    return;
  }
  // Called at once: no backpressure applies until the reply arrives.
  try {
    // The reply is ordered among the records: batches after it are not part of the replay.
    channel.call(
      (native, ticket) => native.replay(ticket, state.id, state.token),
      // A refused execution has no lines; its end reports the refusal.
      (error, batches) => {
        if (!state.isAdmitted) done(null, []);
        else if (error !== null) done(fromNative(error), []);
        else done(null, (batches as NativeBatch[]).map(ofTerminal));
      },
    );
  } catch (error) {
    done(error as Error, []);
  }
}
