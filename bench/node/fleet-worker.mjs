// A worker of bench/node/fleet.mjs: fleet-worker.mjs KIND PORT FOLDER. Reports its CPU time and its longest stall.
import { execFile } from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { promisify } from 'node:util';

const [kind, port, folder] = process.argv.slice(2);
const connection = { host: '127.0.0.1', port: Number(port) };
const concurrency = 16;

if (kind === 'engine') {
  const { ExecutionEngine } = await import('escher-execution-engine');
  const { createCommandWorker } = await import('escher-execution-engine/bullmq');
  const options = { connection, concurrency, ledgerDir: folder };
  createCommandWorker('bench', new ExecutionEngine(), options);
} else {
  const { Worker } = await import('bullmq');
  const run = promisify(execFile);
  const processor = async ({ data }) => await run(data.program, data.args);
  new Worker('bench', processor, { connection, concurrency });
}

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpuMs: (user + system) / 1000, stallMs: delay.max / 1e6 });
});
