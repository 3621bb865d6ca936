// The time from the write of a line to its arrival in JavaScript, on an idle engine. The command writes its monotonic
// clock, which is also the clock of the reader on the same machine.
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expectEqual } from './check.mjs';
import { less, value } from './figure.mjs';
import { percentile } from './statistics.mjs';

const CLOCK = fileURLToPath(new URL('clock-child.mjs', import.meta.url));
/** Lines that are not counted, until the code is compiled. */
const WARM_UP = 30;

const waiting =
  (listen) =>
  async ({ count }) => {
    const times = [];
    const arrived = (line) => times.push(Number(process.hrtime.bigint() - BigInt(line)) / 1e6);
    await listen([CLOCK, `${count + WARM_UP}`], arrived);
    expectEqual('lines', times.length, count + WARM_UP);
    const counted = times.slice(WARM_UP);
    return { p50Ms: percentile(counted, 0.5), p99Ms: percentile(counted, 0.99) };
  };

async function onEngine(args, arrived) {
  const { ExecutionEngine } = await import('escher-execution-engine');
  const engine = new ExecutionEngine();
  const run = engine.run(
    { command: { type: 'exec', program: process.execPath, args } },
    { reject: true },
  );
  run.on('stdout', ({ line }) => arrived(line));
  await run;
}

async function onPipe(args, arrived) {
  const { spawn } = await import('node:child_process');
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) arrived(line);
  });
  const [code] = await once(child, 'close');
  expectEqual('exit code', code, 0);
}

export const workloads = {
  'line-latency': {
    full: { count: 400 },
    smoke: { count: 20 },
    contenders: { engine: waiting(onEngine), child_process: waiting(onPipe) },
  },
};

export const figures = [
  value({
    id: 'line-latency',
    workload: 'line-latency',
    title: 'latency of a line, p99',
    field: 'p99Ms',
    unit: 'ms',
    atMost: 1,
  }),
  less({
    id: 'line-latency-child_process',
    workload: 'line-latency',
    title: 'latency of a line, p99',
    field: 'p99Ms',
    per: 'ms',
    base: 'child_process',
  }),
];
