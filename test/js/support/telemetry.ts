/** The SDK of OpenTelemetry with exporters in memory. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Context, type ContextManager, context, ROOT_CONTEXT } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

export class Telemetry {
  readonly #spans = new InMemorySpanExporter();
  readonly tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(this.#spans)],
  });
  readonly #prometheus = new PrometheusExporter({ preventServerStart: true });
  readonly meterProvider = new MeterProvider({ readers: [this.#prometheus] });

  /** The options of `instrument()`. */
  get providers() {
    const { tracerProvider, meterProvider } = this;
    return { tracerProvider, meterProvider };
  }

  get spans(): ReadableSpan[] {
    return this.#spans.getFinishedSpans();
  }

  /** The samples that Prometheus would read, by name and labels. */
  async scrape(): Promise<Map<string, number>> {
    const server = createServer((request, response) => {
      this.#prometheus.getMetricsRequestHandler(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    await new Promise((resolve) => server.close(resolve));
    const samples = text.split('\n').filter((line) => /^escher/.test(line));
    return new Map(
      samples.map((line) => {
        const [, name, value] = /^(\S+?(?:\{.*\})?) (\S+)/.exec(line) as unknown as string[];
        return [withoutScope(name as string), Number(value)];
      }),
    );
  }
}

/** The exporter may add the name of the scope to all labels. */
const withoutScope = (name: string): string =>
  name
    .replace(/otel_scope_\w+="[^"]*",?/g, '')
    .replace(/,\}/, '}')
    .replace('{}', '');

/** Follows `await`, as the context manager of an application does. */
export function useContexts(): void {
  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, action, self, ...args) =>
      storage.run(active, () => action.call(self as never, ...args)),
    // Only the SDK's own timers use it.
    bind: (_, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  beforeAll(() => void context.setGlobalContextManager(manager));
  afterAll(() => context.disable());
}
