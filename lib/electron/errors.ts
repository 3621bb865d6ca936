/** Errors on their way to a page: as plain data, since nothing else of them arrives there. */

import type { PageError } from '../../types/electron';

/** What crosses besides name, message and code, where it is there. */
const DETAILS = ['reason', 'errno', 'syscall', 'path', 'result'] as const;

/** An error of the bridge itself. */
export function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

export const denied = (message: string): Error => coded('ERR_ACCESS_DENIED', message);

export const left = (): Error => denied('The page that asked was left');

/** As the engine says it of an id that it does not know. */
export const notFound = (id: string): Error =>
  coded('ERR_EXECUTION_NOT_FOUND', `Execution not found: ${id}`);

export function errorData(error: unknown): PageError {
  const given = Object(error) as Partial<PageError>;
  const data: PageError = {
    name: given.name ?? 'Error',
    message: given.message ?? String(error),
    code: typeof given.code === 'string' ? given.code : 'ERR_INTERNAL',
    isRetryable: given.isRetryable === true,
  };
  for (const name of DETAILS) {
    if (given[name] !== undefined) Object.assign(data, { [name]: given[name] });
  }
  return data;
}
