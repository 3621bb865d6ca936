/** The error class, and how errors of the native engine become instances of it. */

import type * as os from 'node:os';
import type { ExecutionErrorCode, ExecutionErrorInfo, ValidationReason } from '../../types/errors';
import type { NativeError } from '../../types/native';
import type { ExecutionResult } from '../../types/result';
import { nameErrors } from './util/error-names';
import { setOwn } from './util/own-property';

/** Optional properties of an {@link ExecutionError}. */
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
  'ERR_LEASE_EXPIRED',
  'ERR_TIMEOUT',
  'ERR_IO',
]);

/** Transient resource exhaustion. */
const TRANSIENT_ERRNOS = ['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM'] as const;

/** In the order in which an error is printed. */
const DETAILS = ['reason', 'errno', 'syscall', 'path', 'result'] as const;

/**
 * The class of all errors of the engine. `code` says which error it is. The message of an error with a `result` ends with
 * the command (at most 200 characters) and the last lines of stderr (at most 10 lines and 2 KiB), both redacted.
 */
export class ExecutionError extends Error {
  readonly code: ExecutionErrorCode;
  /** The rule that a rejected request broke, for `ERR_VALIDATION`. */
  declare readonly reason?: ValidationReason;
  /** The result of the execution, if it has one. */
  declare readonly result?: ExecutionResult;
  /** Negative, as in Node's system errors. */
  declare readonly errno?: number;
  /** The step that failed: `execve`, `chdir`, `pipe2`, … */
  declare readonly syscall?: string;
  declare readonly path?: string;

  constructor(code: ExecutionErrorCode, message: string, given: ExecutionErrorDetails = {}) {
    // Without a prototype, from which details could be inherited.
    const details = { __proto__: null, ...given } as ExecutionErrorDetails;
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    // Absent details get no property, so that a printed error stays short.
    for (const name of DETAILS) {
      if (details[name] !== undefined) setOwn(this, name, details[name]);
    }
  }

  /** Whether the same request may succeed if it is retried unchanged. */
  get isRetryable(): boolean {
    if (RETRYABLE_CODES.has(this.code)) return true;
    if (this.code !== 'ERR_SPAWN_FAILED' || this.errno === undefined) return false;
    const numbers = (require('node:os') as typeof os).constants.errno;
    return TRANSIENT_ERRNOS.some((name) => numbers[name] === -(this.errno as number));
  }

  /** The opposite of {@link isRetryable}. */
  get isTerminal(): boolean {
    return !this.isRetryable;
  }
}

nameErrors(ExecutionError, 'ExecutionError');

/** A native error as plain, public data. The errno is negative as in Node, positive in the system. */
export function errorInfo(error: NativeError): ExecutionErrorInfo {
  const info: ExecutionErrorInfo = {
    code: error.code as ExecutionErrorCode,
    message: error.message,
  };
  if (error.reason !== undefined) setOwn(info, 'reason', error.reason);
  if (error.errno !== undefined) setOwn(info, 'errno', -Math.abs(error.errno));
  if (error.syscall !== undefined) setOwn(info, 'syscall', error.syscall);
  if (error.path !== undefined) setOwn(info, 'path', error.path);
  return info;
}

export function fromNative(error: NativeError): ExecutionError {
  return fromInfo(errorInfo(error));
}

export function fromInfo(info: ExecutionErrorInfo): ExecutionError {
  return new ExecutionError(info.code, info.message, { ...info });
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
