// The same functions for ESM: one copy of the package, however it is loaded.
import { createRequire } from 'node:module';

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
} = createRequire(import.meta.url)('./index.js');
