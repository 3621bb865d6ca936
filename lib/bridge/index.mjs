// The same functions for ES modules: one copy of the package, however it is loaded.
import bridge from './index.js';

export const {
  bridgeCommand,
  connectBridge,
  errorFromWire,
  errorToWire,
  eventFromWire,
  eventToWire,
  requestFromWire,
  requestToWire,
  resultFromWire,
  resultToWire,
  serveBridge,
} = bridge;
