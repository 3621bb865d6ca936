/** The state of an execution that has ended, from its record: for a handle that is attached later. */

import type { NativeEngine } from '../../../types/native';
import type { ExecutionEmitter } from '../events/emitter';
import { ExecutionState } from './execution-state';

/** `undefined` if the engine has no record of it. */
export function endedState(
  native: NativeEngine | undefined,
  id: string,
  emitter: ExecutionEmitter,
): ExecutionState | undefined {
  const identity = native?.identity(id);
  const values = identity && native?.result(id, identity[0]);
  if (identity === undefined || !values) return undefined;
  const state = new ExecutionState(id, emitter);
  [state.token, state.isTerminal] = identity;
  state.isAdmitted = true;
  state.isRegistered = true;
  state.finish(values);
  state.end();
  state.resource.emitDestroy();
  return state;
}
