/**
 * The entry point `escher-execution-engine/bridge/wire`: the types of the bridge's lines, for a page or another program
 * that has neither Node.js nor its types.
 */

export type {
  WireCommand,
  WireData,
  WireDuration,
  WireError,
  WireEvent,
  WireEventBase,
  WireFields,
  WireHello,
  WireLines,
  WireMessage,
  WireMetadata,
  WireName,
  WireNumber,
  WireOutcome,
  WireOutputForm,
  WireRequest,
  WireResult,
  WireReturned,
  WireRow,
  WireStats,
  WireStrategy,
  WireSummary,
  WireValue,
} from '../../../types/wire';
export type {
  WirePlan,
  WirePlanEvent,
  WirePlanEventBase,
  WirePlanLine,
  WirePlanResult,
  WirePlanStep,
  WirePlanStrategy,
  WireRetryPolicy,
  WireStep,
  WireStepResult,
} from '../../../types/wire-plan';
