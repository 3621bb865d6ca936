import {
  AggregationTemporality,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { instrument } from 'escher-execution-engine/opentelemetry';
import { sh } from '../support/commands';
import { makeEngine } from '../support/engine';

/** Longer than a test: the values are exported when the test asks for them. */
const NEVER_MS = 2 ** 31 - 1;

function inMemory() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: NEVER_MS });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const read = async (): Promise<Map<string, MetricData>> => {
    exporter.reset();
    await meterProvider.forceFlush();
    const scopes = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
    expect(scopes.map(({ scope }) => scope.name)).toEqual(['escher-execution-engine']);
    return new Map(scopes[0]?.metrics.map((metric) => [metric.descriptor.name, metric]));
  };
  return { meterProvider, read };
}

const points = (metric: MetricData | undefined) =>
  (metric?.dataPoints ?? []).map(({ attributes, value }) => [attributes, value]);

test('an exporter of the SDK receives the metrics with their units and attributes', async () => {
  const { meterProvider, read } = inMemory();
  const engine = makeEngine();
  using _instrumentation = instrument(engine, { meterProvider });
  await engine.run(sh('printf 12345'));
  await engine.run(sh('printf 1; exit 1'));
  const metrics = await read();
  expect(points(metrics.get('escher.executions.started'))).toEqual([[{}, 2]]);
  expect(points(metrics.get('escher.executions.running'))).toEqual([[{}, 0]]);
  expect(points(metrics.get('escher.executions.finished'))).toEqual(
    expect.arrayContaining([
      [{ status: 'completed' }, 1],
      [{ status: 'failed' }, 1],
    ]),
  );
  const output = metrics.get('escher.executions.output');
  expect(output?.descriptor.unit).toBe('By');
  expect(points(output)).toContainEqual([{ stream: 'stdout' }, 6]);
  const total = metrics.get('escher.execution.total.duration');
  expect(total?.descriptor.unit).toBe('s');
  const histograms = points(total) as [{ status: string }, Histogram][];
  expect(histograms.map(([{ status }, { count }]) => [status, count])).toEqual([
    ['completed', 1],
    ['failed', 1],
  ]);
  await meterProvider.shutdown();
});
