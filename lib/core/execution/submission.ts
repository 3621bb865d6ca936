/** What happens to a request before the native engine gets it, and until it is admitted. */

import type { ExecutionRequest } from '../../../types/request';
import type { Channel } from '../native/channel';
import { type CheckedRequest, checkedRequest } from '../options/request';
import { setTypescriptInterpreter } from '../options/typescript';
import { checkPermission, inheritedEnv } from '../util/environment';
import { boundedWait } from '../util/wait';
import type { ExecutionState } from './execution-state';
import { withdraw } from './request-if-live';

/**
 * A request that can be sent. `secrets`: those of the engine.
 * @throws what {@link checkedRequest} throws, and `ERR_ENGINE_CLOSED` after a shutdown
 */
export function prepared(
  channel: Channel,
  request: ExecutionRequest,
  secrets: ReadonlySet<string>,
): CheckedRequest {
  channel.checkAdmission();
  checkPermission();
  const checked = checkedRequest(request, secrets);
  setTypescriptInterpreter(checked.values);
  if (checked.extendsEnv) checked.inheritedEnv = inheritedEnv();
  return checked;
}

/** Waits for the admission. An execution whose id is not returned is cancelled. */
export async function untilAborted(
  channel: Channel,
  signal: AbortSignal,
  state: ExecutionState,
): Promise<void> {
  try {
    await boundedWait(state.whenAnswered(), signal);
  } catch (error) {
    withdraw(channel, state);
    throw error;
  }
}
