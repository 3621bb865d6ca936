/** Errors for a page: as plain data, because only data crosses to it. */

import type { PageError } from '../../types/electron';
import { withCode } from './error-code';

/** Optional properties that cross besides name, message and code. */
const DETAILS = ['reason', 'errno', 'syscall', 'path', 'result'] as const;

/** An error that the engine did not raise. */
export function codedError(code: string, message: string): Error {
  return withCode(new Error(message), code);
}

export const accessDenied = (message: string): Error => codedError('ERR_ACCESS_DENIED', message);

export const pageGone = (): Error => accessDenied('The page that made the call was left');

export function errorData(error: unknown): PageError {
  const given = Object(error) as Partial<PageError>;
  return {
    name: given.name ?? 'Error',
    message: given.message ?? String(error),
    code: typeof given.code === 'string' ? given.code : 'ERR_INTERNAL',
    isRetryable: given.isRetryable === true,
    // Own ones only: they are copied from plain details.
    ...Object.fromEntries(
      DETAILS.filter((name) => Object.hasOwn(given, name)).map((name) => [name, given[name]]),
    ),
  };
}
