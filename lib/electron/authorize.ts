/** Whether a page may run what it asks for. */

import type { ExposeOptions, PageSender } from '../../types/electron';
import type { ExecutionRequest } from '../../types/request';
import { coded, denied } from './errors';

/** The request to run. Rejects when it is refused. */
export async function authorized(
  asked: unknown,
  sender: PageSender,
  authorize: ExposeOptions['authorize'],
): Promise<ExecutionRequest> {
  if (authorize === undefined) {
    throw denied('Pages may not run anything: exposeEngine() was given no "authorize"');
  }
  const request = asRequest(asked);
  const decision = await decide(() => authorize(request, sender));
  if (decision === true) return withoutId(request);
  if (typeof decision === 'object' && decision !== null) return withoutId(decision);
  throw denied('The app does not allow this command');
}

/** As much of its shape as `authorize` may count on; the rest is for the engine to check. */
function asRequest(asked: unknown): ExecutionRequest {
  const { command } = (asked ?? {}) as Partial<ExecutionRequest>;
  if (
    typeof asked !== 'object' ||
    typeof command !== 'object' ||
    typeof command?.type !== 'string'
  ) {
    throw coded(
      'ERR_INVALID_ARG_TYPE',
      'The "request" must be an object with a "command" that has a "type"',
    );
  }
  return asked as ExecutionRequest;
}

async function decide<T>(ask: () => T | Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw denied(error instanceof Error ? error.message : String(error));
  }
}

/** An id that somebody else chose could be one that is already there. */
function withoutId(request: ExecutionRequest): ExecutionRequest {
  if (request.id === undefined) return request;
  throw coded(
    'ERR_INVALID_ARG_VALUE',
    'The "request.id" cannot be chosen here: the engine makes it',
  );
}
