/** The public names of the package. */

export type {
  Execution,
  ExecutionEngineApi,
  ExecutionLine,
  InputData,
  LinesBatch,
  PipedExecution,
  ReadOptions,
  RunHandle,
  RunRequest,
} from '../types/api';
export type {
  ExecutionConfig,
  ExecutionConfigInput,
  OversizedOutputStrategy,
} from '../types/config';
export type {
  ExecutionErrorCode,
  ExecutionErrorInfo,
  ValidationReason,
} from '../types/errors';
export type {
  EchoEvent,
  ExecutionEventName,
  ExecutionEvents,
  ExecutionListener,
  ExecutionTrace,
  LineEvent,
  OutputEvent,
  OutputStream,
  ProgressEvent,
  RemovedEvent,
  StartedEvent,
  StatusChangedEvent,
  TerminalEvent,
} from '../types/events';
export type {
  AwsCliCommand,
  Command,
  ExecCommand,
  ExecutionMetadata,
  ExecutionRequest,
  ProcessLimits,
  ProgressPattern,
  PtyOptions,
  RunOptions,
  ScriptCommand,
  ShellCommand,
  StopStep,
  TerminalSize,
  ValidateOptions,
  WaitOptions,
} from '../types/request';
export type {
  EngineStats,
  ExecutionFilter,
  ExecutionOutcome,
  ExecutionResult,
  ExecutionStatus,
  ExecutionSummary,
  Percentiles,
  RecoveredExecution,
  ResourceUsage,
  ShutdownResult,
  TerminalStatus,
  Termination,
} from '../types/result';
export type { SignalName } from '../types/values';
export { ExecutionEngine, ExecutionError, type ExecutionErrorDetails } from './core/index';
