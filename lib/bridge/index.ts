/** The public names of `escher-execution-engine/bridge`. */

export type {
  BridgeClient,
  BridgeConnection,
  BridgeEnd,
  ConnectBridgeOptions,
  LineTransport,
  ServeBridgeOptions,
} from '../../types/bridge';
export type {
  WireCommand,
  WireData,
  WireDuration,
  WireError,
  WireEvent,
  WireEventBase,
  WireHello,
  WireLines,
  WireMessage,
  WireMetadata,
  WireNumber,
  WireOutcome,
  WireOutputForm,
  WireRequest,
  WireResult,
  WireStats,
  WireStrategy,
  WireSummary,
} from '../../types/wire';
export type { CommandIo, Subcommand } from '../command';
export { bridgeCommand } from './command';
export { connectBridge } from './connect';
export { errorFromWire, errorToWire } from './error';
export { eventFromWire, eventToWire, type NamedEvent, type WiredEventName } from './event';
export { requestFromWire, requestToWire } from './request';
export { resultFromWire, resultToWire } from './result';
export { serveBridge } from './serve';
