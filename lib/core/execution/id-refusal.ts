/** The native engine's check of an id, for a request that is not sent to it. */

import type { NativeError } from '../../../types/native';
import { isUuid } from '../options/checks';

/** `undefined`: the id is valid. `isTaken`: whether an execution of the engine has the id. */
export function idRefusal(id: string, isTaken: (id: string) => boolean): NativeError | undefined {
  if (!isUuid(id)) {
    const message = `Validation error: "id" must be a UUID, received '${id}'`;
    return { code: 'ERR_VALIDATION', reason: 'INVALID_ID', message };
  }
  if (!isTaken(id)) return undefined;
  return { code: 'ERR_DUPLICATE_ID', message: `Execution id is already in use: ${id}` };
}
