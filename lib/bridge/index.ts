/** The public names of `escher-execution-engine/bridge`. */

export type {
  BridgeClient,
  BridgeConnection,
  BridgeEnd,
  ConnectBridgeOptions,
  LineTransport,
  ServeBridgeOptions,
} from '../../types/bridge';
export type { CommandIo, Subcommand } from '../../types/subcommand';
export { connectBridge } from './client/connect';
export { bridgeCommand } from './server/bridge-command';
export { serveBridge } from './server/serve';
export { errorFromWire, errorToWire } from './wire/error';
export { eventFromWire, eventToWire, type NamedEvent, type WiredEventName } from './wire/event';
export type * from './wire/index';
export { requestFromWire, requestToWire } from './wire/request';
export { resultFromWire, resultToWire } from './wire/result';
