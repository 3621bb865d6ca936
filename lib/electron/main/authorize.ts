/** Asks the app whether a page may run a request. */

import type { PageSender } from '../../../types/electron-main';
import type { ExecutionRequest } from '../../../types/request';
import { ownValue, refuseProgressPattern, refuseRawCapture } from '../../core/index';
import { accessDenied, codedError } from '../page-errors';
import type { ExposeSettings } from './expose-options';

type AuthorizeOptions = Pick<
  ExposeSettings,
  'authorize' | 'allowProgressPatterns' | 'allowRawCapture'
>;

/** The request to run. Rejects if the app does not allow it. */
export async function authorizedRequest(
  untrusted: unknown,
  sender: PageSender,
  { authorize, allowProgressPatterns, allowRawCapture }: AuthorizeOptions,
): Promise<ExecutionRequest> {
  if (authorize === undefined) {
    throw accessDenied('Pages may not run commands: exposeEngine() has no "authorize"');
  }
  const request = asRequest(untrusted);
  // Also if the app builds another request: it may copy the fields of this one.
  if (!allowProgressPatterns) refuseProgressPattern(request);
  if (!allowRawCapture) refuseRawCapture(request);
  const decision = await decide(() => authorize(request, sender));
  if (decision === true) return withoutId(request);
  if (typeof decision === 'object' && decision !== null) return withoutId(decision);
  throw accessDenied('The app does not allow this command');
}

/**
 * The part of the shape that `authorize` can rely on. The engine checks the rest. Own fields only: a page must not run
 * what a polluted `Object.prototype` holds.
 */
function asRequest(untrusted: unknown): ExecutionRequest {
  const command = ownValue(untrusted, 'command');
  if (typeof ownValue(command, 'type') !== 'string') {
    throw codedError(
      'ERR_INVALID_ARG_TYPE',
      'The "request" must be an object with a "command" that has a "type"',
    );
  }
  return untrusted as ExecutionRequest;
}

async function decide<T>(ask: () => T | Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw accessDenied(error instanceof Error ? error.message : String(error));
  }
}

/** An id that a page chooses could be the id of an execution of another page. */
function withoutId(request: ExecutionRequest): ExecutionRequest {
  if (ownValue(request, 'id') === undefined) return request;
  throw codedError(
    'ERR_INVALID_ARG_VALUE',
    'The "request.id" must not be set by a page: the engine creates it',
  );
}
