import { execFileSync } from 'node:child_process';
import {
  DiagLogLevel,
  diag,
  type MeterProvider,
  SpanKind,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { ExecutionEngineApi } from 'escher-execution-engine';
import { type InstrumentOptions, instrument } from 'escher-execution-engine/opentelemetry';
import { connectedPair } from '../support/bridge';
import { exec, LONG, sh } from '../support/commands';
import { makeEngine } from '../support/engine';
import { present, rejection, thrown } from '../support/expectations';
import { root } from '../support/repository';
import { Telemetry, useContexts } from '../support/telemetry';
import { waitFor } from '../support/wait';

useContexts();

const engines: [string, () => Promise<ExecutionEngineApi>][] = [
  ['an engine', async () => makeEngine({ redact: ['hidden-word'], maxQueuedExecutions: 5 })],
  ['a client of the bridge', async () => (await connectedPair({ redact: ['hidden-word'] })).client],
];

describe.each(engines)('%s', (_, open) => {
  test('has a span for each execution', async () => {
    const telemetry = new Telemetry();
    const engine = await open();
    using _instrumentation = instrument(engine, telemetry.providers);
    const result = await engine.run(exec('/bin/sh', ['-c', 'echo hidden-word; exit 3']));
    await waitFor('the span', () => telemetry.spans.length === 1);
    const [span] = telemetry.spans;
    expect(span).toMatchObject({
      name: 'sh',
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.ERROR, message: 'Command failed with exit code 3' },
      attributes: {
        'process.executable.name': 'sh',
        'process.command_line': result.command,
        'process.pid': result.pid,
        'process.exit.code': 3,
        'error.type': 'ERR_COMMAND_FAILED',
        'escher.execution.id': result.id,
        'escher.execution.status': 'failed',
        'escher.execution.queue_time': result.queuedMs / 1000,
      },
      instrumentationScope: { name: 'escher-execution-engine' },
    });
    expect(JSON.stringify(span?.attributes)).not.toContain('hidden-word');
    expect(result.command).toContain('***');
  });

  test('has spans below the span of the caller', async () => {
    const telemetry = new Telemetry();
    const engine = await open();
    using _instrumentation = instrument(engine, telemetry.providers);
    const tracer = telemetry.tracerProvider.getTracer('test');
    await tracer.startActiveSpan('request', async (request) => {
      await engine.run(sh('true'));
      await engine.waitForCompletion(await engine.execute(sh('true')));
      request.end();
    });
    await engine.run(sh('true'));
    await waitFor('the spans', () => telemetry.spans.length === 4);
    const parent = present(telemetry.spans.find(({ name }) => name === 'request')).spanContext();
    const others = telemetry.spans.filter(({ name }) => name !== 'request');
    expect(others.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual([
      parent.spanId,
      parent.spanId,
      undefined,
    ]);
  });

  test('has metrics that Prometheus can read', async () => {
    const telemetry = new Telemetry();
    const engine = await open();
    using _instrumentation = instrument(engine, telemetry.providers);
    await engine.run(sh('printf 12345; printf 123 >&2'));
    await engine.run(sh('exit 1'));
    const running = engine.run(sh(LONG));
    await new Promise((resolve) => running.on('started', resolve));
    const during = await telemetry.scrape();
    expect(during.get('escher_executions_running')).toBe(1);
    expect(during.get('escher_executions_queued')).toBe(0);
    expect(during.get('escher_executions_started_total')).toBe(3);
    await running.cancel();
    await running;
    const after = await telemetry.scrape();
    const all = (status: string) =>
      after.get(`escher_executions_finished_total{status="${status}"}`);
    expect([all('completed'), all('failed'), all('cancelled')]).toEqual([1, 1, 1]);
    expect(after.get('escher_executions_running')).toBe(0);
    expect(after.get('escher_executions_retained')).toBe(3);
    expect(after.get('escher_executions_retained_size')).toBe(8);
    expect(after.get('escher_executions_output_total{stream="stdout"}')).toBe(5);
    expect(after.get('escher_executions_output_total{stream="stderr"}')).toBe(3);
    expect(after.get('escher_executions_survivors_total')).toBe(0);
    for (const name of ['launch', 'queue', 'run', 'total']) {
      const count = `escher_execution_${name}_duration_count{status="completed"}`;
      expect([name, after.get(count)]).toEqual([name, 1]);
      const all = `escher_execution_${name}_duration_bucket{status="completed",le="+Inf"}`;
      expect([name, after.get(all)]).toEqual([name, 1]);
    }
    const sum = (name: string) =>
      after.get(`escher_execution_${name}_duration_sum{status="completed"}`) as number;
    expect(sum('launch')).toBeGreaterThan(0);
    expect(sum('queue')).toBeGreaterThan(sum('launch'));
    expect(sum('total')).toBeGreaterThan(sum('queue'));
  });

  test('has neither after dispose()', async () => {
    const telemetry = new Telemetry();
    const engine = await open();
    const instrumentation = instrument(engine, telemetry.providers);
    const running = engine.run(sh(LONG));
    await new Promise((resolve) => running.on('started', resolve));
    instrumentation.dispose();
    instrumentation.dispose();
    expect(telemetry.spans.map(({ attributes }) => attributes['escher.execution.id'])).toEqual([
      running.id,
    ]);
    await running.cancel();
    await running;
    await engine.run(sh('true'));
    expect(telemetry.spans).toHaveLength(1);
    const samples = await telemetry.scrape();
    expect(samples.get('escher_executions_started_total')).toBe(1);
    expect(samples.has('escher_executions_running')).toBe(false);
    expect(samples.has('escher_executions_finished_total{status="cancelled"}')).toBe(false);
  });
});

test('an execution without a process has a span of the time that it waited', async () => {
  const telemetry = new Telemetry();
  const engine = makeEngine({ maxConcurrentExecutions: 1, maxQueuedExecutions: 1 });
  using _instrumentation = instrument(engine, telemetry.providers);
  const first = engine.run(sh(LONG));
  const queued = engine.run(sh(LONG));
  await waitFor('the queue', async () => (await engine.queuedCount()) === 1);
  expect((await telemetry.scrape()).get('escher_executions_queued')).toBe(1);
  await queued.cancel();
  await queued;
  const [span] = telemetry.spans;
  expect(span?.attributes).toMatchObject({
    'escher.execution.id': queued.id,
    'escher.execution.status': 'cancelled',
    'error.type': 'ERR_CANCELLED',
  });
  expect(span?.attributes['process.pid']).toBeUndefined();
  const samples = await telemetry.scrape();
  expect(samples.get('escher_execution_queue_duration_count{status="cancelled"}')).toBeUndefined();
  await first.cancel();
});

test('an execution with a key has it as an attribute', async () => {
  const telemetry = new Telemetry();
  const engine = makeEngine();
  using _instrumentation = instrument(engine, telemetry.providers);
  await engine.run(sh('true', { key: 'db-1' }));
  await engine.run(sh('true'));
  expect(telemetry.spans.map(({ attributes }) => attributes['escher.execution.key'])).toEqual([
    'db-1',
    undefined,
  ]);
});

test('a command that is ended by a signal has the signal and the reason', async () => {
  const telemetry = new Telemetry();
  const engine = makeEngine();
  using _instrumentation = instrument(engine, telemetry.providers);
  await engine.run(sh(LONG, { timeoutMs: 20 }));
  expect(telemetry.spans[0]?.attributes).toMatchObject({
    'escher.execution.status': 'timeout',
    'escher.execution.signal': 'SIGTERM',
    'escher.execution.termination_reason': 'timeout',
    'escher.execution.survivors': 0,
    'error.type': 'ERR_TIMEOUT',
  });
});

test('metrics of several engines are added up, also after the shutdown of one', async () => {
  const telemetry = new Telemetry();
  const [one, two] = [makeEngine(), makeEngine()];
  using _one = instrument(one, telemetry.providers);
  using _two = instrument(two, telemetry.providers);
  await Promise.all([one.run(sh('true')), two.run(sh('true'))]);
  expect((await telemetry.scrape()).get('escher_executions_retained')).toBe(2);
  await one.shutdown();
  const samples = await telemetry.scrape();
  expect(samples.get('escher_executions_retained')).toBe(1);
  expect(samples.get('escher_executions_started_total')).toBe(2);
});

test('without providers it uses those that are registered', async () => {
  const telemetry = new Telemetry();
  const engine = makeEngine();
  using _instrumentation = instrument(engine);
  await engine.run(sh('true'));
  trace.setGlobalTracerProvider(telemetry.tracerProvider);
  try {
    await engine.run(sh('true'));
    expect(telemetry.spans).toHaveLength(1);
  } finally {
    trace.disable();
  }
});

test('what a provider throws is reported to its diagnostics, not to the program', async () => {
  const messages: string[] = [];
  const log = (message: string): void => void messages.push(message);
  diag.setLogger(
    { error: log, warn: log, info: log, debug: log, verbose: log },
    { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true },
  );
  const broken = {
    getTracer: () => ({
      startSpan: () => {
        throw new Error('broken');
      },
    }),
  } as unknown as TracerProvider;
  try {
    const engine = makeEngine();
    using _instrumentation = instrument(engine, { tracerProvider: broken });
    expect((await engine.run(sh('true'))).status).toBe('completed');
    expect(messages[0]).toContain('could not be recorded');
  } finally {
    diag.disable();
  }
});

test.each([
  ['an engine', {}, undefined, /"engine" argument must be an engine/],
  ['an object as options', undefined, 1, /"options" argument/],
  ['a provider', undefined, { tracerProvider: {} }, /"options.tracerProvider" property must be/],
  ['a provider', undefined, { meterProvider: 'x' }, /"options.meterProvider" property must be/],
  ['a known option', undefined, { meter: 1 }, /"options.meter" property is unknown/],
])('without %s it throws a TypeError', (_, engine, options, message) => {
  const error = thrown(() =>
    instrument((engine ?? makeEngine()) as ExecutionEngineApi, options as InstrumentOptions),
  );
  expect(error).toBeInstanceOf(TypeError);
  expect((error as Error).message).toMatch(message);
});

test('only own properties of the options count', async () => {
  const inherited = Object.create({ meterProvider: {} }) as { meterProvider: MeterProvider };
  expect(thrown(() => instrument(makeEngine(), inherited))).toBeInstanceOf(TypeError);
});

test('nothing of OpenTelemetry is loaded without an import of the entry point', () => {
  const program = `
    require('escher-execution-engine'); require('escher-execution-engine/plan');
    const loaded = () => Object.keys(require.cache).filter((file) => file.includes('opentelemetry'));
    const before = loaded().length;
    require('escher-execution-engine/opentelemetry');
    console.log(before, loaded().length > 0);`;
  const output = execFileSync(process.execPath, ['-e', program], { cwd: root, encoding: 'utf8' });
  expect(output).toBe('0 true\n');
});

test('an engine that is shut down has no metrics and rejects', async () => {
  const telemetry = new Telemetry();
  const engine = makeEngine();
  using _instrumentation = instrument(engine, telemetry.providers);
  await engine.shutdown();
  await rejection(engine.run(sh('true')));
  expect([...(await telemetry.scrape()).keys()]).toEqual([]);
});
