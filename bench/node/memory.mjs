// Memory of the host per execution: finished and kept, and running. A young process grows with everything it does, so
// the figure is the difference between the same work with and without the executions.
import { expectEqual, until } from './check.mjs';
import { SLEEP } from './crowd.mjs';
import { excess, value } from './figure.mjs';
import { launchMany, TRUE } from './launchers.mjs';
import { settledMemory } from './probe.mjs';

const AT_A_TIME = 32;

async function engineFor(count) {
  const { ExecutionEngine } = await import('escher-execution-engine');
  return new ExecutionEngine({
    maxConcurrentExecutions: Math.max(count, AT_A_TIME),
    maxInMemoryExecutions: count,
  });
}

/** Runs `count` executions; with `drop`, removes each record. */
function runMany(engine, count, drop) {
  const one = async () => {
    const id = await engine.execute(TRUE);
    const { success } = await engine.waitForCompletion(id);
    if (!success) throw new Error('/bin/true failed');
    if (drop) await engine.removeExecution(id);
  };
  return launchMany(one, count, AT_A_TIME);
}

/** Growth of this process in bytes, per execution. */
const finished =
  (drop) =>
  async ({ count }) => {
    const engine = await engineFor(count);
    const before = await settledMemory();
    await runMany(engine, count, drop);
    const after = await settledMemory();
    expectEqual('records', (await engine.stats()).retainedRecords, drop ? 0 : count);
    return { bytes: (after - before) / count };
  };

async function running({ count, warmUp }) {
  const engine = await engineFor(count);
  await runMany(engine, warmUp, true);
  const before = await settledMemory();
  await launchMany(() => engine.execute(SLEEP), count, AT_A_TIME);
  const isRunning = async () => (await engine.stats()).counts.running === count;
  await until(`${count} running executions`, isRunning);
  const after = await settledMemory();
  await engine.shutdown({ graceMs: 0 });
  return { bytes: (after - before) / count };
}

export const workloads = {
  'record-memory': {
    rounds: 3,
    full: { count: 5000 },
    smoke: { count: 100 },
    contenders: { engine: finished(false), 'dropped at once': finished(true) },
  },
  'running-memory': {
    rounds: 3,
    full: { count: 1000, warmUp: 4000 },
    smoke: { count: 20, warmUp: 100 },
    contenders: { engine: running },
  },
};

export const figures = [
  excess({
    id: 'record-memory',
    workload: 'record-memory',
    title: 'a finished execution kept, without output',
    field: 'bytes',
    per: 'bytes',
    unit: 'bytes',
    base: 'dropped at once',
    atMost: 900,
  }),
  value({
    id: 'running-memory',
    workload: 'running-memory',
    title: 'a running execution, without the pipes of the kernel',
    field: 'bytes',
    unit: 'bytes',
    atMost: 8192,
  }),
];
