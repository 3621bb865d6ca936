/** The admission of an execution, for an engine whose handle does not report it. */

import type { Execution, ExecutionEngineApi } from '../../../types/api';

/**
 * Resolves when the request is admitted, and rejects with its refusal. Must be called in the turn of
 * `run()`, for a request without an `id`.
 */
export async function admission(engine: ExecutionEngineApi, execution: Execution): Promise<void> {
  let isSettled = false;
  execution.once('settled', () => {
    isSettled = true;
  });
  // A refusal must not become an unhandled rejection while `kill` is pending.
  execution.result.catch(() => undefined);
  // `kill` settles after the admission, and signal 0 has no effect.
  await execution.kill(0).catch(() => false);
  if (isSettled) return;
  const isKnown = await engine.getStatus(execution.id).then(
    () => true,
    () => false,
  );
  if (!isKnown) await execution.result;
}
