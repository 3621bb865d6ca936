// The time that the call itself blocks the JavaScript thread: `execute()` posts a request, `spawn()` forks and waits
// for the exec.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { less } from './figure.mjs';
import { TRUE } from './launchers.mjs';
import { touchedMemory } from './probe.mjs';
import { percentile } from './statistics.mjs';

/** Each has `call`, which is timed, and `end`, which waits for the command. */
const callers = {
  async engine() {
    const { ExecutionEngine } = await import('escher-execution-engine');
    const engine = new ExecutionEngine();
    return {
      call: () => engine.execute(TRUE),
      async end(admitted) {
        const { success } = await engine.waitForCompletion(await admitted);
        if (!success) throw new Error('/bin/true failed');
      },
    };
  },
  async child_process() {
    return {
      call: () => spawn('/bin/true', { stdio: ['ignore', 'pipe', 'pipe'] }),
      async end(child) {
        child.stdout.resume();
        child.stderr.resume();
        const [code] = await once(child, 'close');
        if (code !== 0) throw new Error(`exit code ${code}`);
      },
    };
  },
};

const calling =
  (name) =>
  async ({ counts, heapMb = 0 }) => {
    const { call, end } = await callers[name]();
    const time = async (count) => {
      const times = [];
      for (let index = 0; index < count; index += 1) {
        const start = performance.now();
        const started = call();
        times.push(performance.now() - start);
        await end(started);
      }
      return times;
    };
    // Compiles the code of both; done before the large heap exists, where each fork is slow.
    await time(50);
    const heap = touchedMemory(heapMb);
    const times = await time(counts[name]);
    return {
      p50Us: percentile(times, 0.5) * 1000,
      p99Us: percentile(times, 0.99) * 1000,
      // Read here, so that the buffer stays alive until this point.
      heapMb: heap.length,
    };
  };

const contenders = { engine: calling('engine'), child_process: calling('child_process') };

export const workloads = {
  call: {
    full: { counts: { engine: 1000, child_process: 600 } },
    smoke: { counts: { engine: 20, child_process: 10 } },
    contenders,
  },
  'call-heap': {
    full: { counts: { engine: 1000, child_process: 100 }, heapMb: 1024 },
    smoke: { counts: { engine: 20, child_process: 10 }, heapMb: 64 },
    contenders,
  },
};

const held = { per: 'us', base: 'child_process', field: 'p99Us' };

export const figures = [
  less({
    ...held,
    id: 'call',
    workload: 'call',
    title: 'JS thread blocked by execute() or spawn(), p99',
    atLeast: 15,
  }),
  less({
    ...held,
    id: 'call-heap',
    workload: 'call-heap',
    title: 'the same, 1 GiB in use',
    atLeast: 15,
  }),
];
