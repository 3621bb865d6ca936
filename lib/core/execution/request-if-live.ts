/** Requests for one execution that its handle makes, as long as the execution has not ended. */

import type { NativeEngine } from '../../../types/native';
import { ExecutionError } from '../errors';
import type { Channel } from '../native/channel';
import type { ExecutionState } from './execution-state';

/** Resolves with `false` if the execution was refused or has ended. */
export async function requestIfLive(
  channel: Channel,
  state: ExecutionState,
  send: (native: NativeEngine, ticket: number) => void,
): Promise<boolean> {
  // Without an `await` if it is admitted: the call takes effect even if the event loop is blocked next.
  if (!state.isAnswered) await state.whenAnswered();
  if (state.isEnded) return false;
  try {
    return await channel.ask<boolean>(send);
  } catch (error) {
    const isUnknown = error instanceof ExecutionError && error.code === 'ERR_EXECUTION_NOT_FOUND';
    if (isUnknown) return false;
    throw error;
  }
}

/** Cancels an execution whose id was not returned to the caller: before its spawn if possible. */
export function withdraw(channel: Channel, state: ExecutionState): void {
  const cancelled = channel.ask((native, ticket) => native.cancel(ticket, state.id, state.token));
  // A failure means that the execution was refused or that the engine was closed.
  cancelled.catch(() => undefined);
}
