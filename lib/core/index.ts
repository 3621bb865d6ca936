/**
 * The inner contract of the package: what its faces (`lib/bridge`, `lib/bullmq`, `lib/cli`, `lib/console`,
 * `lib/electron`, `lib/opentelemetry`, `lib/plan`, `lib/testing`) use of the core. They import nothing else of it. Not public.
 */

// The engine and its errors. `EngineBase` is the base of an engine that runs elsewhere.
export { ExecutionEngine } from './engine';
export { type AnyResult, EngineBase } from './engine-base';
export {
  ExecutionError,
  type ExecutionErrorDetails,
  engineClosed,
  errorInfo,
  fromNative,
  notFound,
  waitTimedOut,
} from './errors';
// Events: the emitter of an engine or a handle, and delivery to its listeners.
export { publish, publishLines } from './events/dispatch';
export { ExecutionEmitter, wantsLines } from './events/emitter';
export { engineThatRuns } from './execution/engine-that-runs';
export { failureMessage, lastLines } from './execution/failure-message';
// The two sides of a handle. `Handle` is the base of handles whose engine is elsewhere; `LocalHandle`
// is what `run()` of an engine in this process returns, for a face that forwards its lines.
export { Handle } from './execution/handle';
export { idRefusal } from './execution/id-refusal';
export type { LocalHandle } from './execution/local-handle';
export { invalidPlan } from './execution/plan-error';
export { PlanHandle, planEmitter, type RunningPlan } from './execution/plan-handle';
export { PlanRegistry } from './execution/plan-registry';
export { isRejection } from './execution/rejection';
export { rejectionOf } from './execution/results';
export { addRunningPlan, runningPlans } from './execution/running-plans';
// The tables of fields, and the names of their kinds.
export { ANSI_MODES, CAPTURE_MODES, STOP_TARGETS, STRATEGIES } from './fields/enums';
export {
  COMMANDS,
  CONFIG,
  LIMITS,
  PROGRESS,
  PTY,
  REQUEST,
  RETURNED,
  STOP_STEP,
} from './fields/index';
export type { Kind, Name } from './fields/kinds';
export type { Rows } from './fields/result';
// What `doctor` reports about the native binary, and files of the package for a bundle.
export { boostVersionIn, installedFile } from './native/load';
// Options of single methods, checked as the engine checks them.
export {
  executionFilter,
  filesOption,
  graceOption,
  type ResultOptions,
  runOptions,
  signalOption,
  waitOptions,
} from './options/call';
export {
  noExactOutput,
  RAW_CAPTURE_NOT_ALLOWED,
  refusePlanRawCapture,
  refuseRawCapture,
} from './options/capture';
// Checks of single values, with errors in the style of Node.
export {
  asArray,
  asBoolean,
  asData,
  asId,
  asInteger,
  asNumber,
  asObject,
  asOneOf,
  asPath,
  asPlainObject,
  asString,
  asStrings,
  isPlainObject,
  isRegExp,
  listOf,
  optional,
  outOfRange,
  ownValue,
  shortened,
  syntaxProblem,
  unknownSignal,
  wrongSecretType,
  wrongType,
  wrongValue,
} from './options/checks';
export { describeCommand, unknownCommandType } from './options/command';
export { configOver, shutdownGraceMs } from './options/config';
export { ownFields } from './options/fields';
export { asKeyLimit, asKeyLimits, asNewKeyLimit } from './options/key-limits';
export { asAnySignal, asKey, asShortText, asStdinMode, secretsFault } from './options/kinds';
export { asLimits } from './options/limits';
export { nearest, refuseUnknown, unknownField } from './options/names';
export { refusePlanPatterns } from './options/plan-patterns';
export { PATTERNS_NOT_ALLOWED, patternProblem, refuseProgressPattern } from './options/progress';
export { asTerminalSize, isInteractive } from './options/pty';
export { checkedRequest, idOfRefused, isRefusedPiped, toJson } from './options/request';
// Lines in batches, for a reader that applies backpressure.
export type { BatchReader, LineSource } from './output/line-reader';
export type { RetainedOutput } from './output/output-bytes';
export { type LineBatch, linesOf } from './output/split-lines';
export type { InputSink } from './output/stdin';
export { STREAM_NAMES } from './output/stream-names';
// Waits that end at an abort signal or after a time.
export { onAbort } from './util/abort';
export { type CallSite, calledAt, callSite } from './util/call-site';
export { Deferred } from './util/deferred';
export { printable } from './util/inspect';
export { setAllOwn, setOwn } from './util/own-property';
export { randomId } from './util/random-id';
export { signalName, signalNumber } from './util/signals';
export { boundedWait, reasonOf, throwIfAborted } from './util/wait';
export { iterateWhenAsked, WaitingReader } from './util/waiting-reader';
