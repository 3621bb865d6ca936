/** Errors as HTTP answers: a status, a code and a message. */

import type { ErrorBody } from '../messages';

export class HttpError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The status for codes of the engine. */
const STATUS_OF: ReadonlyMap<string, number> = new Map([
  ['ERR_VALIDATION', 400],
  ['ERR_INVALID_ARG_TYPE', 400],
  ['ERR_INVALID_ARG_VALUE', 400],
  ['ERR_OUT_OF_RANGE', 400],
  ['ERR_UNKNOWN_SIGNAL', 400],
  ['ERR_ACCESS_DENIED', 403],
  ['ERR_EXECUTION_NOT_FOUND', 404],
  ['ERR_IO', 409],
  ['ERR_EXECUTION_ACTIVE', 409],
  ['ERR_CONCURRENCY_LIMIT', 429],
  ['ERR_ENGINE_CLOSED', 503],
]);

export const validationError = (message: string): HttpError =>
  new HttpError(400, 'ERR_VALIDATION', message);

export const executionNotFound = (id: string): HttpError =>
  new HttpError(404, 'ERR_EXECUTION_NOT_FOUND', `Execution not found: ${id}`);

export const routeNotFound = (method: string | undefined, pathname: string): HttpError =>
  new HttpError(404, 'ERR_NOT_FOUND', `Not found: ${method} ${pathname}`);

/** Errors of the engine keep their code. */
export function errorAnswer(error: unknown): { status: number; body: ErrorBody } {
  const { code = 'ERR_INTERNAL', message } = error as Error & { code?: string };
  const status = error instanceof HttpError ? error.status : (STATUS_OF.get(code) ?? 500);
  return { status, body: { error: { code, message } } };
}
