/** Whether an engine took a request, of which only the handle is there. */

import type { Execution, ExecutionEngineApi } from '../../types/api';

/**
 * Resolves once the request is admitted, and rejects with its refusal. Called in the turn of
 * `run()`, for a request without an `id`.
 */
export async function admission(engine: ExecutionEngineApi, execution: Execution): Promise<void> {
  let settled = false;
  execution.once('settled', () => {
    settled = true;
  });
  // A refusal must not become an unhandled rejection before it is asked for.
  execution.result.catch(() => undefined);
  // What is asked of an execution is answered behind its admission, and signal 0 does nothing.
  await execution.kill(0).catch(() => false);
  if (settled) return;
  const isKnown = await engine.getStatus(execution.id).then(
    () => true,
    () => false,
  );
  if (!isKnown) await execution.result;
}
