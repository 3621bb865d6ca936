/** The metrics of all engines that are instrumented with one provider. Those of several engines are added up. */

import type {
  BatchObservableCallback,
  BatchObservableResult,
  Counter,
  Histogram,
  Meter,
  MeterProvider,
  Observable,
} from '@opentelemetry/api';
import type { ExecutionEngineApi } from '../../types/api';
import type { EngineStats, ExecutionOutcome } from '../../types/result';
import { SCOPE, VERSION } from './scope';

/** Seconds: a launch takes less than a millisecond, a build may take an hour. */
const BUCKETS = [
  0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
  300, 900, 3600,
];

/** By provider: a second set of instruments would overwrite the values of the first one. */
const groups = new WeakMap<MeterProvider, EngineMetrics>();

export class EngineMetrics {
  readonly #meter: Meter;
  readonly #gauges: Gauges;
  readonly #started: Counter;
  readonly #finished: Counter;
  readonly #output: Counter;
  readonly #survivors: Counter;
  readonly #launchTime: Histogram;
  readonly #queueTime: Histogram;
  readonly #runTime: Histogram;
  readonly #totalTime: Histogram;
  /** With the number of times that it is instrumented. */
  readonly #engines = new Map<ExecutionEngineApi, number>();

  static of(provider: MeterProvider): EngineMetrics {
    const known = groups.get(provider) ?? new EngineMetrics(provider);
    groups.set(provider, known);
    return known;
  }

  private constructor(provider: MeterProvider) {
    const meter = provider.getMeter(SCOPE, VERSION);
    this.#meter = meter;
    this.#gauges = makeGauges(meter);
    this.#started = meter.createCounter('escher.executions.started', {
      description: 'Executions whose process has started',
      unit: '{execution}',
    });
    this.#finished = meter.createCounter('escher.executions.finished', {
      description: 'Executions that have ended, by status',
      unit: '{execution}',
    });
    this.#output = meter.createCounter('escher.executions.output', {
      description: 'Bytes that ended commands wrote, by stream',
      unit: 'By',
    });
    this.#survivors = meter.createCounter('escher.executions.survivors', {
      description: 'Processes of ended executions that could not be ended',
      unit: '{process}',
    });
    this.#launchTime = times(meter, 'escher.execution.launch.duration', 'launch to process start');
    this.#queueTime = times(meter, 'escher.execution.queue.duration', 'request to process start');
    this.#runTime = times(meter, 'escher.execution.run.duration', 'process start to end');
    this.#totalTime = times(meter, 'escher.execution.total.duration', 'request to end');
  }

  add(engine: ExecutionEngineApi): void {
    if (this.#engines.size === 0) {
      this.#meter.addBatchObservableCallback(this.#observe, Object.values(this.#gauges));
    }
    this.#engines.set(engine, (this.#engines.get(engine) ?? 0) + 1);
  }

  remove(engine: ExecutionEngineApi): void {
    const left = (this.#engines.get(engine) ?? 0) - 1;
    if (left > 0) this.#engines.set(engine, left);
    else this.#engines.delete(engine);
    if (this.#engines.size === 0) {
      this.#meter.removeBatchObservableCallback(this.#observe, Object.values(this.#gauges));
    }
  }

  started(): void {
    this.#started.add(1);
  }

  settled({ status, ...result }: ExecutionOutcome): void {
    this.#finished.add(1, { status });
    this.#output.add(result.stdoutBytes, { stream: 'stdout' });
    this.#output.add(result.stderrBytes, { stream: 'stderr' });
    this.#survivors.add(result.termination?.survivors.length ?? 0);
    // Without a process there is no time from its start on.
    if (result.pid === null) return;
    this.#launchTime.record(result.launchMs / 1000, { status });
    this.#queueTime.record(result.queuedMs / 1000, { status });
    this.#runTime.record(result.durationMs / 1000, { status });
    this.#totalTime.record((result.queuedMs + result.durationMs) / 1000, { status });
  }

  readonly #observe: BatchObservableCallback = async (observed) => {
    const all = await Promise.all([...this.#engines.keys()].map(statsOf));
    const stats = all.filter((each) => each !== undefined);
    if (stats.length > 0) observe(observed, this.#gauges, stats);
  };
}

/** `undefined` after the shutdown of an engine, or if its process is out of reach. */
async function statsOf(engine: ExecutionEngineApi): Promise<EngineStats | undefined> {
  try {
    return await engine.stats();
  } catch {
    return undefined;
  }
}

function makeGauges(meter: Meter) {
  const sum = (name: string, description: string, unit: string): Observable =>
    meter.createObservableUpDownCounter(`escher.executions.${name}`, { description, unit });
  return {
    running: sum('running', 'Executions that are being launched or run', '{execution}'),
    queued: sum('queued', 'Executions that wait for a place', '{execution}'),
    retained: sum('retained', 'Records of finished executions', '{execution}'),
    retainedBytes: sum('retained.size', 'Output that is kept for finished executions', 'By'),
  };
}

type Gauges = ReturnType<typeof makeGauges>;

function observe(
  observed: BatchObservableResult,
  gauges: Gauges,
  stats: readonly EngineStats[],
): void {
  const sum = (value: (each: EngineStats) => number): number =>
    stats.reduce((total, each) => total + value(each), 0);
  observed.observe(
    gauges.running,
    sum(({ running }) => running),
  );
  observed.observe(
    gauges.queued,
    sum(({ queued }) => queued),
  );
  observed.observe(
    gauges.retained,
    sum(({ retainedRecords }) => retainedRecords),
  );
  observed.observe(
    gauges.retainedBytes,
    sum(({ retainedBytes }) => retainedBytes),
  );
}

function times(meter: Meter, name: string, from: string): Histogram {
  return meter.createHistogram(name, {
    description: `Time from ${from}, by status`,
    unit: 's',
    advice: { explicitBucketBoundaries: BUCKETS },
  });
}
