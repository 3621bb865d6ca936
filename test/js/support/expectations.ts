import { createHash } from 'node:crypto';
import { ExecutionError } from 'escher-execution-engine';

/** What the promise rejects with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`expected a rejection, got ${JSON.stringify(value)}`);
}

/** The `ExecutionError` that the promise rejects with. */
export async function executionError(promise: PromiseLike<unknown>): Promise<ExecutionError> {
  const error = await rejection(promise);
  if (error instanceof ExecutionError) return error;
  throw new Error('expected an ExecutionError', { cause: error });
}

/** What `action` throws. */
export function thrown(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('expected an exception');
}

export const sha256 = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex');

/** For what the test knows to be there. */
export function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('expected a value');
  return value;
}
