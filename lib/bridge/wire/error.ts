/** Converts errors between the API and the wire. */

import type { ExecutionErrorCode, ValidationReason } from '../../../types/errors';
import type { ExecutionResult } from '../../../types/result';
import type { WireError, WireResult } from '../../../types/wire';
import { ExecutionError, failureMessage, ownValue, setAllOwn } from '../../core/index';
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

/**
 * The message with the field names of the wire. That of a result has no command and no stderr, in which these names may
 * occur: {@link errorFromWire} adds both.
 */
export function messageToWire(error: Error): string {
  const result = error instanceof ExecutionError ? ownValue(error, 'result') : undefined;
  const ofResult = (result as ExecutionResult | undefined)?.error?.message;
  if (ofResult !== undefined) return nameMap.toWire(ofResult);
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
  const result = wire.result && resultFromWire(wire.result);
  const shown = result === undefined ? message : failureMessage(message, result);
  return new ExecutionError(code as ExecutionErrorCode, shown, {
    reason: wire.reason as ValidationReason | undefined,
    errno: wire.errno,
    syscall: wire.syscall,
    path: wire.path,
    result,
  });
}
