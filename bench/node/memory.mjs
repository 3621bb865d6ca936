// What one execution weighs in the host: finished and kept, and running. A young process grows with whatever it does, so
// what is told is the difference between doing the same with and without them.
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

/** Runs `count` executions, and drops the record of each if so asked. */
function runMany(engine, count, drop) {
  const one = async () => {
    const id = await engine.execute(TRUE);
    const { success } = await engine.waitForCompletion(id);
    if (!success) throw new Error('/bin/true failed');
    if (drop) await engine.removeExecution(id);
  };
  return launchMany(one, count, AT_A_TIME);
}

/** Bytes for each of `count`, of this whole process. */
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
    full: { count: 5000 },
    smoke: { count: 100 },
    contenders: { engine: finished(false), 'dropped at once': finished(true) },
  },
  'running-memory': {
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
    atMost: 1024,
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
