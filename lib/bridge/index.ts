/** The public names of `escher-execution-engine/bridge`. */

export type {
  BridgeClient,
  BridgeCommand,
  BridgeConnection,
  BridgeEnd,
  ConnectBridgeOptions,
  LineTransport,
  PlanExecutor,
  ServeBridgeOptions,
} from '../../types/bridge';
export type { CommandIo, Subcommand } from '../../types/subcommand';
export { connectBridge } from './client/connect';
export { bridgeCommand } from './server/bridge-command';
export { serveBridge } from './server/serve';
export { errorFromWire, errorToWire } from './wire/error';
export { eventFromWire, eventToWire, type NamedEvent, type WiredEventName } from './wire/event';
export type * from './wire/index';
export { planFromWire, planToWire } from './wire/plan';
export { type NamedPlanEvent, planEventFromWire, planEventToWire } from './wire/plan-event';
export { planResultFromWire, planResultToWire } from './wire/plan-result';
export { requestFromWire, requestToWire } from './wire/request';
export { resultFromWire, resultToWire } from './wire/result';
