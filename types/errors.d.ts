/** Public contract: the codes of errors, and errors as plain data. */

/** The `code` of an {@link ExecutionError}. */
export type ExecutionErrorCode =
  /** The request is invalid, see `reason`. No process was created. */
  | 'ERR_VALIDATION'
  /** The engine has no execution with that id, or has dropped its record. */
  | 'ERR_EXECUTION_NOT_FOUND'
  /** The `timeoutMs` or the `idleTimeoutMs` of the execution expired. */
  | 'ERR_TIMEOUT'
  /** The execution was cancelled, or the engine was shut down. */
  | 'ERR_CANCELLED'
  /** The command ended with a non-zero exit code, or by a signal. */
  | 'ERR_COMMAND_FAILED'
  /** No process could be created; see `syscall`, `errno` and `path`. */
  | 'ERR_SPAWN_FAILED'
  /** A stream of the command could not be read, or its stdin is not open. */
  | 'ERR_IO'
  /** The `metadata` cannot be serialized as JSON. Over a bridge also: a message is malformed. */
  | 'ERR_SERIALIZATION'
  /**
   * The output exceeds `maxOutputSizeBytes` with `'failExecution'`, or the exact bytes of a stream were not all kept.
   */
  | 'ERR_OUTPUT_SIZE_EXCEEDED'
  /** `maxConcurrentExecutions` commands run, and `maxQueuedExecutions` requests wait. */
  | 'ERR_CONCURRENCY_LIMIT'
  /** The `leaseMs` of the request has passed without a renewal. */
  | 'ERR_LEASE_EXPIRED'
  /** The configuration is invalid. The message has the field, the value and what is allowed. */
  | 'ERR_INVALID_CONFIG'
  /** A defect of the engine itself. */
  | 'ERR_INTERNAL'
  /** The engine has an execution with that id already. */
  | 'ERR_DUPLICATE_ID'
  /** The execution has not ended, so its record cannot be removed. */
  | 'ERR_EXECUTION_ACTIVE'
  /** `shutdown()` was called. Over a bridge also: the connection is lost. */
  | 'ERR_ENGINE_CLOSED'
  /** The `timeoutMs` of `waitForCompletion()` expired. The execution continues. */
  | 'ERR_WAIT_TIMEOUT';

/** The `reason` of an `ERR_VALIDATION`: the rule that the request broke. */
export type ValidationReason =
  /** The command, the program or the path of the script is empty. */
  | 'EMPTY_COMMAND'
  /** A field of the command, `killSignal` or `outputLogPath` is invalid, or a script needs an `interpreter`. */
  | 'INVALID_COMMAND'
  /** A required field of the command is missing. */
  | 'MISSING_FIELD'
  /** There is no file at the path of the script. */
  | 'SCRIPT_NOT_FOUND'
  /** The script has a `#!` line but is not executable, and neither an `interpreter` nor a known extension. */
  | 'SCRIPT_NOT_EXECUTABLE'
  /** The program, the shell or the interpreter was not found. */
  | 'PROGRAM_NOT_FOUND'
  /** The timeout is above `maxTimeoutMs`. */
  | 'TIMEOUT_TOO_LARGE'
  /** `timeoutMs`, `idleTimeoutMs` or `forceKillAfterDelayMs` is out of its range. */
  | 'INVALID_TIMEOUT'
  /** The working directory is not a directory, or its path is invalid. */
  | 'INVALID_WORKING_DIR'
  /** The working directory does not exist. */
  | 'WORKING_DIR_NOT_FOUND'
  /** The environment has an invalid name or value. */
  | 'INVALID_ENV'
  /** The id is not a UUID. */
  | 'INVALID_ID'
  /** A secret is too short. */
  | 'INVALID_REDACT'
  /** `stop` is not allowed as it is, or stands beside `killSignal` or `forceKillAfterDelayMs`. */
  | 'INVALID_STOP'
  /** `memoryMax` or `pidsMax` cannot be applied on this machine. */
  | 'UNSUPPORTED_LIMIT'
  /** `pty` is not supported on this platform. */
  | 'UNSUPPORTED_PTY'
  /** A plan is invalid. The message names the field, or the index of the command with the cause. */
  | 'INVALID_PLAN'
  /** The dependencies of a plan name an unknown command, or form a cycle. */
  | 'INVALID_DEPENDENCY_GRAPH';

/** An error as plain data: the `error` of a result. */
export interface ExecutionErrorInfo {
  /** Which error it is. */
  code: ExecutionErrorCode;
  /** A text for people. Secrets are redacted. */
  message: string;
  /** The rule that the request broke, for `ERR_VALIDATION`. */
  reason?: ValidationReason;
  /** The error number of the system, negative as in Node's system errors. */
  errno?: number;
  /** The step that failed: `execve`, `chdir`, `pipe2`, … */
  syscall?: string;
  /** The file or directory that the step was about. */
  path?: string;
}
