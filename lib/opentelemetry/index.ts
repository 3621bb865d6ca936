/** The public names of `escher-execution-engine/opentelemetry`. */

export type { Instrumentation, InstrumentOptions } from '../../types/opentelemetry';
export { instrument } from './instrument';
