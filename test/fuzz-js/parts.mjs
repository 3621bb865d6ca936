// The internal parts of the package that the fuzz targets call, bundled by esbuild (tools/fuzz.mjs).

export { connectBridge } from '../../lib/bridge/client/connect';
export { asSeq, commandOf, parseLine } from '../../lib/bridge/server/incoming-line';
export { serveBridge } from '../../lib/bridge/server/serve';
export { ByteLines } from '../../lib/bridge/wire/byte-lines';
export { errorToWire } from '../../lib/bridge/wire/error';
export { reading } from '../../lib/bridge/wire/names';
export { planFromWire, planToWire } from '../../lib/bridge/wire/plan';
export { requestFromWire, requestToWire } from '../../lib/bridge/wire/request';
export { LIMITS, REQUEST } from '../../lib/core/fields/request';
export { checkedRequest } from '../../lib/core/options/request';
export { ExecutionEngine } from '../../lib/index';
export { executePlan } from '../../lib/plan/run/execute-plan';
