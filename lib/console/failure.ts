/** Answers that are not what was asked for: a status of HTTP, a code and a sentence. */

import type { ErrorBody } from './wire';

export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const STATUS_OF: Record<string, number> = {
  ERR_VALIDATION: 400,
  ERR_INVALID_ARG_TYPE: 400,
  ERR_INVALID_ARG_VALUE: 400,
  ERR_OUT_OF_RANGE: 400,
  ERR_UNKNOWN_SIGNAL: 400,
  ERR_ACCESS_DENIED: 403,
  ERR_EXECUTION_NOT_FOUND: 404,
  ERR_IO: 409,
  ERR_EXECUTION_ACTIVE: 409,
  ERR_CONCURRENCY_LIMIT: 429,
  ERR_ENGINE_CLOSED: 503,
};

/** Any error as an answer; those of the engine keep their code. */
export function answerOf(error: unknown): { status: number; body: ErrorBody } {
  const { code = 'ERR_INTERNAL', message } = error as Error & { code?: string };
  const status = error instanceof Refusal ? error.status : (STATUS_OF[code] ?? 500);
  return { status, body: { error: { code, message } } };
}
