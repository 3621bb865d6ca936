// One retention pass over 100 000 records of executions that were cancelled in the queue. Such records are the same as
// any others, and are made in seconds instead of minutes.
import { performance } from 'node:perf_hooks';
import { expectEqual } from './check.mjs';
import { fillQueue, inTurns, queueEngine } from './crowd.mjs';
import { value } from './figure.mjs';
import { settledMemory, watchLoop } from './probe.mjs';

async function pass({ count }) {
  const engine = await queueEngine({ maxInMemoryExecutions: 1, enableAutoCleanup: false });
  const ids = await fillQueue(engine, count);
  await inTurns(ids, (id) => engine.cancel(id));
  expectEqual('records', (await engine.stats()).retainedRecords, count);
  // Otherwise the garbage of creating them would be collected during the pass.
  await settledMemory();

  const loop = watchLoop();
  const start = performance.now();
  const dropped = await engine.cleanup();
  const passMs = performance.now() - start;
  const stallMs = loop.stop();
  expectEqual('records dropped', dropped, count - 1);
  await engine.shutdown({ graceMs: 0 });
  return { passMs, stallMs };
}

export const workloads = {
  retention: {
    rounds: 3,
    full: { count: 100_000 },
    smoke: { count: 1000 },
    contenders: { engine: pass },
  },
};

const one = { workload: 'retention', unit: 'ms' };

export const figures = [
  value({
    ...one,
    id: 'retention-pass',
    title: 'retention pass over 100 000 (cancelled in the queue)',
    field: 'passMs',
    atMost: 100,
  }),
  value({
    ...one,
    id: 'retention-stall',
    title: 'the same pass: longest stall of the event loop',
    field: 'stallMs',
    atMost: 3,
  }),
];
