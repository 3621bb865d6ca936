// JavaScript takes its output slowly, or not at all, or is gone in the middle of it.
import assert from 'node:assert/strict';
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import { ExecutionEngine } from 'escher-execution-engine';
import { accounted, leftOver, processesLeft } from './support/account.mjs';
import { startHost } from './support/host.mjs';
import {
  descriptorsOf,
  markedProcesses,
  peakResidentBytes,
  threadsOf,
} from './support/processes.mjs';
import { exec, sh } from './support/requests.mjs';
import { goneAsPromised, seconds, waitFor } from './support/wait.mjs';

const MiB = 1_048_576;
const PENDING = 8 * MiB;
const BLOCK_MS = 3_000;

const block = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** The thread of JavaScript is held for seconds while four programs write as fast as they can. */
const busy = (context) =>
  accounted(
    context,
    { maxPendingEventBytes: PENDING, maxOutputSizeBytes: 1_000 },
    async ({ engine, ledger }) => {
      const writers = Array.from({ length: 4 }, () => ledger.start(exec('yes')));
      let taken = 0;
      engine.on('output', ({ lines }) => {
        taken += lines.length;
      });
      await waitFor('output', () => taken > 0);
      const before = peakResidentBytes();
      const { ended } = ledger.start(exec('sleep', ['60'], { timeoutMs: 500 }));
      await engine.runningCount();
      block(BLOCK_MS);
      const grown = (peakResidentBytes() - before) / MiB;
      const { result } = await ended;
      assert.equal(result.status, 'timeout', 'status of what timed out meanwhile');
      assert.ok(
        result.durationMs < BLOCK_MS,
        `the timeout waited for JavaScript: ${result.durationMs} ms`,
      );
      assert.ok(grown < PENDING / MiB + 32, `memory rose by ${grown.toFixed(0)} MiB`);
      const seen = taken;
      await waitFor('more output', () => taken > seen);
      await Promise.all(writers.map(({ execution }) => execution.cancel()));
      return `held for ${seconds(BLOCK_MS)} while four times \`yes\` wrote: memory rose by ${grown.toFixed(0)} MiB, a timeout of 0.5 s came after ${seconds(result.durationMs)}`;
    },
  );

function stream({ mark, end }, tell) {
  const engine = new ExecutionEngine({ ioThreads: 2 });
  let told = false;
  engine.on('output', () => {
    if (end === 'exit') process.exit(7);
    if (!told) tell('streaming');
    told = true;
  });
  for (let index = 0; index < 3; index++) {
    engine.run(exec('yes')).catch(() => undefined);
    engine.run(sh(`sleep 300.0${mark} & yes`)).catch(() => undefined);
  }
}

export const workers = { stream };

export const hosts = {
  async exit({ mark }, { tell }) {
    stream({ mark, end: 'exit' }, tell);
    await new Promise(() => setInterval(() => undefined, 1_000));
  },
};

const terminate = (mark) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./support/worker.mjs', import.meta.url), {
      workerData: { module: import.meta.url, name: 'stream', args: { mark } },
    });
    worker.once('message', () => worker.terminate());
    worker.once('error', reject);
    worker.once('exit', resolve);
  });

async function terminated(context) {
  const { mark, sizes } = context;
  const usage = () => descriptorsOf(process.pid).length + threadsOf(process.pid);
  // What Node and the engine keep for the whole process is made by the first one.
  await terminate(mark);
  const before = usage();
  const left = () => markedProcesses(mark);
  let slowest = 0;
  for (let count = 0; count < sizes.workers; count++) {
    await terminate(mark);
    slowest = Math.max(slowest, await goneAsPromised('the processes of a worker', 2_000, left));
  }
  const descriptorsLeft = await leftOver(usage, before);
  return {
    happened: `${sizes.workers} workers, one after the other: no crash, everything gone ${seconds(slowest)} after the end at the latest, no thread and no descriptor left`,
    lost: 0,
    processesLeft: await processesLeft(context),
    descriptorsLeft,
  };
}

async function exits(context) {
  const { mark } = context;
  const rounds = 5;
  let slowest = 0;
  for (let round = 0; round < rounds; round++) {
    const host = startHost(import.meta.url, 'exit', { mark });
    const { code, signal } = await host.ended();
    assert.deepEqual([code, signal, host.stderr], [7, null, ''], 'the end of the host');
    const left = () => markedProcesses(mark);
    slowest = Math.max(slowest, await goneAsPromised('the processes of the host', 2_000, left));
  }
  return {
    happened: `${rounds} hosts ended with their own exit code and said nothing on stderr; everything gone after ${seconds(slowest)}`,
    lost: 0,
    processesLeft: await processesLeft(context),
    descriptorsLeft: 0,
  };
}

export const rows = [
  {
    name: 'consumer-busy',
    fault: 'consumer that takes nothing',
    how: 'the JavaScript thread blocked for 3 s, four times `yes` with a listener',
    run: busy,
  },
  {
    name: 'consumer-worker',
    fault: 'worker terminated in mid-stream',
    how: '`worker.terminate()` at the first output of `yes`',
    run: terminated,
  },
  {
    name: 'consumer-exit',
    fault: '`process.exit()` in mid-stream',
    how: 'called in the listener that gets the first output of `yes`',
    run: exits,
  },
];
