// The program of one worker, in a process of its own. Its parent sends orders, and gets answers with the same number.
import process from 'node:process';
import { ExecutionEngine } from 'escher-execution-engine';
import { createCommandWorker } from 'escher-execution-engine/bullmq';

const { queue, options, engine: config, aheadMs = 0 } = JSON.parse(process.env.FLEET_WORKER);
const now = Date.now;
Date.now = () => now() + aheadMs;
const engine = new ExecutionEngine({ forceKillAfterDelayMs: 300, ...config });
const errors = [];
const worker = createCommandWorker(queue, engine, {
  ...options,
  resolveSecrets: (refs) =>
    Object.fromEntries(Object.entries(refs).map(([name, ref]) => [name, `value-of-${ref}`])),
  authorize: (request) => !JSON.stringify(request).includes('forbidden'),
  onError: (error) => errors.push(String(error.message)),
});

const orders = {
  block(ms) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  },
  errors: () => errors.slice(-20),
  healthy: () => worker.healthy(),
  running: () => worker.running(),
};

async function close() {
  await worker.close();
  process.exit(0);
}

process.on('message', async ({ number, order, value }) => {
  process.send({ number, value: await orders[order](value) });
});
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.once('SIGTERM', () => void close());
await worker.ready();
process.send({ number: 0 });
