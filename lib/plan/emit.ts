/** Emits the events that executions do not have. */

import { type ExecutionEmitter, publish } from '../core/index';

/** Calls every listener, even if one throws. */
export function emit(emitter: ExecutionEmitter, name: string, payload: object): void {
  publish([emitter], name as 'started', payload as never);
}
