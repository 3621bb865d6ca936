/** Public contract of `escher-execution-engine/opentelemetry`: spans and metrics of the executions of an engine. */

import type { MeterProvider, TracerProvider } from '@opentelemetry/api';

/** Options of `instrument()`. */
export interface InstrumentOptions {
  /**
   * Creates the spans.
   * @defaultValue the global one, `trace.getTracerProvider()`
   */
  tracerProvider?: TracerProvider | undefined;
  /**
   * Creates the metrics.
   * @defaultValue the global one at the time of the call, `metrics.getMeterProvider()`
   */
  meterProvider?: MeterProvider | undefined;
}

/** An engine with spans and metrics, from `instrument()`. */
export interface Instrumentation {
  /**
   * Removes the listeners and the metrics of this engine, and ends the spans of executions that have not ended. The engine
   * and its executions continue. A second call has no effect.
   */
  dispose(): void;
  /** {@link dispose}, at the end of a `using`. */
  [Symbol.dispose](): void;
}
