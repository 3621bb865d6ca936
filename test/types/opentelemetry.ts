// Spans and metrics. Checked by the compiler, never run.
import { metrics, trace } from '@opentelemetry/api';
import { ExecutionEngine } from 'escher-execution-engine';
import { type Instrumentation, instrument } from 'escher-execution-engine/opentelemetry';

const engine = new ExecutionEngine();
export const instrumentation: Instrumentation = instrument(engine, {
  tracerProvider: trace.getTracerProvider(),
  meterProvider: metrics.getMeterProvider(),
});
export function disposed(): void {
  using scoped = instrument(engine);
  scoped.dispose();
}

// @ts-expect-error: a provider, not a tracer
instrument(engine, { tracerProvider: trace.getTracer('x') });
// @ts-expect-error: no such option
instrument(engine, { meter: metrics.getMeter('x') });
// @ts-expect-error: an engine is required
instrument({});
