/** Converts errors between the API and the wire. */

import type { ExecutionErrorCode, ValidationReason } from '../../../types/errors';
import type { ExecutionResult } from '../../../types/result';
import type { WireError, WireResult } from '../../../types/wire';
import { ExecutionError, setAllOwn } from '../../core/index';
import { nameMap } from './name-map';
import { isInWireNames } from './names';
import { resultFromWire, resultToWire } from './result';

type Coded = Error & { code?: unknown };

/** An error as the wire has it. A value without a `code` is a defect of the engine, with the code `ERR_INTERNAL`. */
export function errorToWire(thrown: unknown): WireError {
  const error: Coded = thrown instanceof Error ? thrown : new Error(String(thrown));
  const code = typeof error.code === 'string' ? error.code : 'ERR_INTERNAL';
  const wire: WireError = { code, message: messageToWire(error), name: error.name };
  if (!(error instanceof ExecutionError)) return wire;
  // Without a prototype, from which it could inherit a detail that it does not have.
  const details = { __proto__: null, ...error } as unknown as ExecutionError;
  const { reason, errno, syscall, path, result } = details;
  return {
    ...wire,
    ...(reason !== undefined && { reason }),
    ...(errno !== undefined && { errno }),
    ...(syscall !== undefined && { syscall }),
    ...(path !== undefined && { path }),
    retryable: error.isRetryable,
    ...(result !== undefined && { result: resultToWire(result) as WireResult }),
  };
}

/** The message with the field names of the wire. */
export function messageToWire(error: Error): string {
  return isInWireNames(error) ? error.message : nameMap.toWire(error.message);
}

/** An error from the wire, of the class that it has in the engine: `ExecutionError`, `TypeError` or `RangeError`. */
export function errorFromWire(given: WireError): Error {
  // Without a prototype, from which it could inherit an optional field.
  const wire: WireError = { __proto__: null, ...given } as WireError;
  const message = nameMap.fromWire(wire.message);
  const { name, code } = wire;
  if (name === 'TypeError') return setAllOwn(new TypeError(message), { code });
  if (name === 'RangeError') return setAllOwn(new RangeError(message), { code });
  return new ExecutionError(code as ExecutionErrorCode, message, {
    reason: wire.reason as ValidationReason | undefined,
    errno: wire.errno,
    syscall: wire.syscall,
    path: wire.path,
    result: wire.result && resultFromWire(wire.result),
  });
}

/** The error with which the promise of an execution rejects that ended with this result. */
export function rejectionOf(result: ExecutionResult, cause?: unknown): ExecutionError {
  const { code, message, ...details } = result.error ?? {
    code: 'ERR_INTERNAL' as const,
    message: `Execution ended as ${result.status}`,
  };
  return new ExecutionError(code, message, { ...details, result, cause });
}
