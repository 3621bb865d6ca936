/** `instrument()`: listens to the events of an engine, and turns them into spans and metrics. */

import {
  diag,
  type MeterProvider,
  metrics as metricsApi,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { ExecutionEngineApi } from '../../types/api';
import type { StartedEvent, TerminalEvent } from '../../types/events';
import type { Instrumentation, InstrumentOptions } from '../../types/opentelemetry';
import { asObject, ownFields, wrongType } from '../core/index';
import { EngineMetrics } from './engine-metrics';
import { ExecutionSpans } from './execution-spans';

/**
 * Makes a span for each execution of an engine, and metrics about all of them. Works with every engine: one of this process,
 * or the client of a bridge. Nothing leaves the process unless an exporter of the caller sends it. Requests that are
 * rejected have no events, so they have no span.
 *
 * A span begins when the process starts, in the context in which `run()` or `execute()` was called, and ends with the
 * execution. One without a process is as long as the execution waited for it.
 *
 * @throws `TypeError`: not an engine, or not a provider
 * @example
 * ```ts
 * const instrumentation = instrument(engine, { tracerProvider, meterProvider });
 * await engine.run({ command: { type: 'exec', program: 'git', args: ['fetch'] } });
 * instrumentation.dispose();
 * ```
 */
export function instrument(
  engine: ExecutionEngineApi,
  options?: InstrumentOptions,
): Instrumentation {
  const known = ownFields('options', options, ['tracerProvider', 'meterProvider']);
  const observed = asEngine(engine);
  const tracers = provider<TracerProvider>('tracerProvider', 'getTracer', known.tracerProvider);
  const meters = provider<MeterProvider>('meterProvider', 'getMeter', known.meterProvider);
  const spans = new ExecutionSpans(tracers ?? trace.getTracerProvider());
  const metrics = EngineMetrics.of(meters ?? metricsApi.getMeterProvider());

  const onStarted = guarded((event: StartedEvent) => {
    metrics.started();
    spans.started(event);
  });
  const onSettled = guarded(({ result }: TerminalEvent) => {
    metrics.settled(result);
    spans.settled(result);
  });
  observed.on('started', onStarted);
  observed.on('settled', onSettled);
  metrics.add(observed);

  let isDisposed = false;
  const dispose = (): void => {
    if (isDisposed) return;
    isDisposed = true;
    observed.off('started', onStarted);
    observed.off('settled', onSettled);
    metrics.remove(observed);
    spans.endAll();
  };
  return { dispose, [Symbol.dispose]: dispose };
}

function asEngine(value: unknown): ExecutionEngineApi {
  const { on, off, stats } = asObject('engine', value);
  if ([on, off, stats].every((method) => typeof method === 'function'))
    return value as ExecutionEngineApi;
  throw wrongType('engine', 'an engine', value);
}

/** Any implementation of the API is accepted: a proxy, or a provider of another version. */
function provider<T>(name: string, method: string, value: unknown): T | undefined {
  if (value === undefined) return undefined;
  const path = `options.${name}`;
  if (typeof asObject(path, value)[method] === 'function') return value as T;
  throw wrongType(path, `a ${name} with ${method}()`, value);
}

/** What a provider throws must not reach the program, which did not call it. */
function guarded<Event>(listener: (event: Event) => void): (event: Event) => void {
  return (event) => {
    try {
      listener(event);
    } catch (error) {
      diag.error('escher-execution-engine: a span or a metric could not be recorded', error);
    }
  };
}
