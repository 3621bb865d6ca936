/** The error class, and how errors of the native engine become instances of it. */

import type * as os from 'node:os';
import type { ExecutionErrorCode, ExecutionErrorInfo, ValidationReason } from '../types/errors';
import type { NativeError } from '../types/native';
import type { ExecutionResult } from '../types/result';
import { nameErrors } from './name-errors';

/** What an {@link ExecutionError} may bear besides its code and message. */
export interface ExecutionErrorDetails {
  reason?: ValidationReason | undefined;
  result?: ExecutionResult | undefined;
  errno?: number | undefined;
  syscall?: string | undefined;
  path?: string | undefined;
  cause?: unknown;
}

const RETRYABLE_CODES: ReadonlySet<string> = new Set([
  'ERR_CONCURRENCY_LIMIT',
  'ERR_TIMEOUT',
  'ERR_IO',
]);

/** A lack of resources that may be over a moment later. */
const PASSING_ERRNOS = ['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM'] as const;

/** Every error of the engine, told apart by its `code`. */
export class ExecutionError extends Error {
  readonly code: ExecutionErrorCode;
  /** Which rule a refused request broke, for `ERR_VALIDATION`. */
  declare readonly reason?: ValidationReason;
  /** What there is of a result, when the execution came to one. */
  declare readonly result?: ExecutionResult;
  /** Negative, as on the system errors of Node. */
  declare readonly errno?: number;
  /** The step that failed: `execve`, `chdir`, `pipe2`, … */
  declare readonly syscall?: string;
  declare readonly path?: string;

  constructor(code: ExecutionErrorCode, message: string, details: ExecutionErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    // Only what there is becomes a property, so that a printed error stays short.
    if (details.reason !== undefined) this.reason = details.reason;
    if (details.errno !== undefined) this.errno = details.errno;
    if (details.syscall !== undefined) this.syscall = details.syscall;
    if (details.path !== undefined) this.path = details.path;
    if (details.result !== undefined) this.result = details.result;
  }

  /** Whether the same request may succeed when it is tried again, unchanged. */
  get isRetryable(): boolean {
    if (RETRYABLE_CODES.has(this.code)) return true;
    if (this.code !== 'ERR_SPAWN_FAILED' || this.errno === undefined) return false;
    const numbers = (require('node:os') as typeof os).constants.errno;
    return PASSING_ERRNOS.some((name) => numbers[name] === -(this.errno as number));
  }

  /** The opposite of {@link isRetryable}. */
  get isTerminal(): boolean {
    return !this.isRetryable;
  }
}

nameErrors(ExecutionError, 'ExecutionError');

/** Plain, public data of a native error. Node's errno is negative, the system's is positive. */
export function errorInfo(error: NativeError): ExecutionErrorInfo {
  const info: ExecutionErrorInfo = {
    code: error.code as ExecutionErrorCode,
    message: error.message,
  };
  if (error.reason !== undefined) info.reason = error.reason as ValidationReason;
  if (error.errno !== undefined) info.errno = -Math.abs(error.errno);
  if (error.syscall !== undefined) info.syscall = error.syscall;
  if (error.path !== undefined) info.path = error.path;
  return info;
}

export function fromNative(error: NativeError): ExecutionError {
  return fromInfo(errorInfo(error));
}

export function fromInfo(
  info: ExecutionErrorInfo,
  more?: Pick<ExecutionErrorDetails, 'result' | 'cause'>,
): ExecutionError {
  return new ExecutionError(info.code, info.message, { ...info, ...more });
}

export function engineClosed(): ExecutionError {
  return new ExecutionError('ERR_ENGINE_CLOSED', 'Execution engine is shut down');
}

export function waitTimedOut(id: string, timeoutMs: number): ExecutionError {
  return new ExecutionError('ERR_WAIT_TIMEOUT', `Wait timed out after ${timeoutMs}ms: ${id}`);
}

export function notFound(id: string): ExecutionError {
  return new ExecutionError('ERR_EXECUTION_NOT_FOUND', `Execution not found: ${id}`);
}
