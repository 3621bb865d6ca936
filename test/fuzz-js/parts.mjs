// The parts of the package that the fuzz targets call, put together by esbuild (tools/fuzz.mjs): they are too small to be
// seen from outside.
export { ByteLines } from '../../lib/bridge/byte-lines';
export { connectBridge } from '../../lib/bridge/connect';
export { errorToWire } from '../../lib/bridge/error';
export { LIMITS } from '../../lib/bridge/fields';
export { asSeq, commandOf, fieldsOf } from '../../lib/bridge/line';
export { reading } from '../../lib/bridge/names';
export { REQUEST, requestFromWire, requestToWire } from '../../lib/bridge/request';
export { serveBridge } from '../../lib/bridge/serve';
export { ExecutionEngine } from '../../lib/index';
export { normalRequest } from '../../lib/options/request';
