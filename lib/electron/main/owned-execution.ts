/** Starts an execution that belongs to a window. */

import type { Execution } from '../../../types/api';
import type { ExecutionRequest, RunOptions } from '../../../types/request';
import { admission } from './admission';
import type { Caller } from './caller';
import type { ExecutionHub } from './execution-hub';

export interface OwnedExecution {
  execution: Execution;
  hub: ExecutionHub;
  /** Rejects with the refusal of the request. Then nothing of it is left. */
  admitted: Promise<void>;
}

export function ownedExecution(
  { engine, hubs, page, settings, window }: Caller,
  request: ExecutionRequest,
  options?: RunOptions,
): OwnedExecution {
  const execution = engine.run(request, options);
  const { id } = execution;
  const hub = hubs.add(execution);
  window.own.add(id);
  if (settings.allowRawCapture && request.capture === 'raw') page.raw.add(id);
  const admitted = admission(engine, execution).catch((error: unknown) => {
    hubs.remove(id);
    window.own.delete(id);
    page.raw.delete(id);
    hub.close();
    throw error;
  });
  return { execution, hub, admitted };
}
