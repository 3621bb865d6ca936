/** Public contract: codes of errors, and errors as plain data. */

/** `code` of an {@link ExecutionError}. */
export type ExecutionErrorCode =
  /** The request makes no sense; `reason` says why. Nothing was spawned. */
  | 'ERR_VALIDATION'
  /** The engine does not know that id (any more). */
  | 'ERR_EXECUTION_NOT_FOUND'
  /** The command ran into its `timeoutMs` or `idleTimeoutMs`. */
  | 'ERR_TIMEOUT'
  /** It was cancelled, or the engine was shut down. */
  | 'ERR_CANCELLED'
  /** It ended with a non-zero exit code, or by a signal. */
  | 'ERR_COMMAND_FAILED'
  /** The process could not be made; see `syscall`, `errno` and `path`. */
  | 'ERR_SPAWN_FAILED'
  /** A stream of the command could not be read, or its stdin is not open. */
  | 'ERR_IO'
  /** `metadata` cannot be written as JSON; over a bridge also what is no line of it. */
  | 'ERR_SERIALIZATION'
  /** More output than `maxOutputSizeBytes` under `'failExecution'`. */
  | 'ERR_OUTPUT_SIZE_EXCEEDED'
  /** `maxConcurrentExecutions` run and `maxQueuedExecutions` wait. */
  | 'ERR_CONCURRENCY_LIMIT'
  /** The message names the field, what was given and what is allowed. */
  | 'ERR_INVALID_CONFIG'
  /** A defect of the engine itself. */
  | 'ERR_INTERNAL'
  /** The engine still holds an execution with that id. */
  | 'ERR_DUPLICATE_ID'
  /** A running execution cannot be removed. */
  | 'ERR_EXECUTION_ACTIVE'
  /** `shutdown()` was called; over a bridge also when the connection is lost. */
  | 'ERR_ENGINE_CLOSED'
  /** The `timeoutMs` of `waitForCompletion()` is over; the execution goes on. */
  | 'ERR_WAIT_TIMEOUT';

/** `reason` of an `ERR_VALIDATION`. */
export type ValidationReason =
  | 'EMPTY_COMMAND'
  | 'INVALID_COMMAND'
  | 'MISSING_FIELD'
  | 'SCRIPT_NOT_FOUND'
  | 'SCRIPT_NOT_EXECUTABLE'
  | 'PROGRAM_NOT_FOUND'
  | 'TIMEOUT_TOO_LARGE'
  | 'INVALID_TIMEOUT'
  | 'INVALID_WORKING_DIR'
  | 'WORKING_DIR_NOT_FOUND'
  | 'INVALID_ENV'
  | 'INVALID_ID'
  | 'INVALID_REDACT'
  | 'UNSUPPORTED_LIMIT';

/** What went wrong, as plain data: `error` of a result. */
export interface ExecutionErrorInfo {
  code: ExecutionErrorCode;
  message: string;
  reason?: ValidationReason;
  /** Negative, as on the system errors of Node. */
  errno?: number;
  /** The step that failed: `execve`, `chdir`, `pipe2`, … */
  syscall?: string;
  path?: string;
}
