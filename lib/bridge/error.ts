/** Errors, from the API to the wire and back. */

import type { ExecutionErrorCode, ValidationReason } from '../../types/errors';
import type { ExecutionResult } from '../../types/result';
import type { WireError, WireResult } from '../../types/wire';
import { ExecutionError } from '../index';
import { glossary } from './glossary';
import { isInWireNames } from './names';
import { resultFromWire, resultToWire } from './result';

type Coded = Error & { code?: unknown };

/** Whatever was thrown. What bears no code of its own is a defect, and says so. */
export function errorToWire(thrown: unknown): WireError {
  const error: Coded = thrown instanceof Error ? thrown : new Error(String(thrown));
  const code = typeof error.code === 'string' ? error.code : 'ERR_INTERNAL';
  const wire: WireError = { code, message: messageToWire(error), name: error.name };
  if (!(error instanceof ExecutionError)) return wire;
  const { reason, errno, syscall, path, result } = error;
  if (reason !== undefined) wire.reason = reason;
  if (errno !== undefined) wire.errno = errno;
  if (syscall !== undefined) wire.syscall = syscall;
  if (path !== undefined) wire.path = path;
  wire.retryable = error.isRetryable;
  if (result !== undefined) wire.result = resultToWire(result) as WireResult;
  return wire;
}

/** The engine speaks of its API. */
export function messageToWire(error: Error): string {
  return isInWireNames(error) ? error.message : glossary.toWire(error.message);
}

/** The error that the engine gave, as an instance of the class that it had there. */
export function errorFromWire(wire: WireError): Error {
  const message = glossary.fromWire(wire.message);
  if (wire.name === 'TypeError') return Object.assign(new TypeError(message), { code: wire.code });
  if (wire.name === 'RangeError') {
    return Object.assign(new RangeError(message), { code: wire.code });
  }
  return new ExecutionError(wire.code as ExecutionErrorCode, message, {
    reason: wire.reason as ValidationReason | undefined,
    errno: wire.errno,
    syscall: wire.syscall,
    path: wire.path,
    result: wire.result && resultFromWire(wire.result),
  });
}

/** What the promise of an execution rejects with that ended so. */
export function rejectionOf(result: ExecutionResult, cause?: unknown): ExecutionError {
  const { code, message, ...details } = result.error ?? {
    code: 'ERR_INTERNAL' as const,
    message: `Execution ended as ${result.status}`,
  };
  return new ExecutionError(code, message, { ...details, result, cause });
}
