/** Checks a request as a real engine does, as far as that needs no file system. */

import type { ExecutionConfig } from '../../types/config';
import type { ExecutionRequest } from '../../types/request';
import {
  checkedRequest,
  describeCommand,
  ExecutionError,
  fromNative,
  idRefusal,
} from '../core/index';
import type { TestRequest } from './test-execution';

/** `isTaken`: whether an execution of the engine has the id. */
export function testRequest(
  given: ExecutionRequest,
  config: Readonly<ExecutionConfig>,
  isTaken: (id: string) => boolean,
): TestRequest {
  const checked = checkedRequest(given);
  const refusal = idRefusal(checked.id, isTaken);
  if (refusal !== undefined) throw fromNative(refusal);
  // Without a prototype, from which it could inherit a field.
  const request = { __proto__: null, ...given } as ExecutionRequest;
  return {
    id: checked.id,
    request: Object.freeze({ ...given }),
    command: describeCommand(checked.command),
    metadata: JSON.parse(checked.metadata ?? '{}'),
    isPiped: checked.isPiped,
    timeoutMs: timeoutOf(request, config),
    priority: request.priority ?? 0,
    key: request.key,
  };
}

function timeoutOf({ timeoutMs }: ExecutionRequest, config: Readonly<ExecutionConfig>): number {
  if (timeoutMs === undefined) return config.defaultTimeoutMs;
  const { maxTimeoutMs } = config;
  if (!(timeoutMs > 0)) refuse('INVALID_TIMEOUT', 'greater than 0', timeoutMs);
  if (timeoutMs > maxTimeoutMs) {
    refuse('TIMEOUT_TOO_LARGE', `at most "maxTimeoutMs" (${maxTimeoutMs})`, timeoutMs);
  }
  return timeoutMs;
}

function refuse(
  reason: 'INVALID_TIMEOUT' | 'TIMEOUT_TOO_LARGE',
  allowed: string,
  value: number,
): never {
  const message = `Validation error: "timeoutMs" must be ${allowed}, received ${value}`;
  throw new ExecutionError('ERR_VALIDATION', message, { reason });
}
