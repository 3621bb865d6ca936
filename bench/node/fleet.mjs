// npm run bench:fleet [-- --jobs 10000]: jobs of `/bin/true` on two workers with 16 places each, by the engine and by a
// BullMQ processor that calls execFile, with a Redis of their own. Alternating, three rounds; prints the medians as a table.
import { fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { Queue } from 'bullmq';
import { CommandQueue } from 'escher-execution-engine/bullmq';
import { Redis } from 'ioredis';
import { freePort } from '../../test/fleet/support/free-port.mjs';
import { pause, until } from '../../test/fleet/support/wait.mjs';

const WORKERS = 2;
const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
  },
});
const jobs = Number(values.jobs);
const rounds = Number(values.rounds);

const measured = { execFile: [], engine: [] };
for (let round = 0; round < rounds; round++) {
  for (const kind of Object.keys(measured)) measured[kind].push(await measure(kind));
}
console.log(`${jobs} jobs, ${WORKERS} workers with 16 places each, median of ${rounds}`);
console.log(
  '| | jobs/s | CPU of the workers, ms a job | longest stall, ms | memory of the store, MiB |',
);
console.log('|---|---|---|---|---|');
for (const [kind, runs] of Object.entries(measured)) {
  const of = (field, digits = 0) => median(runs.map((run) => run[field])).toFixed(digits);
  console.log(
    `| ${kind} | ${of('perSecond')} | ${of('cpuMs', 2)} | ${of('stallMs')} | ${of('storeMiB', 1)} |`,
  );
}
process.exit(0);

async function measure(kind) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fleet-bench-'));
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  const redis = spawn('redis-server', args, { stdio: 'ignore' });
  const connection = { host: '127.0.0.1', port };
  const client = new Redis(connection);
  client.on('error', () => {});
  await until('redis answers', () => client.status === 'ready');
  await fill(kind, connection);
  const start = performance.now();
  const workers = Array.from({ length: WORKERS }, (_, index) =>
    fork(new URL('fleet-worker.mjs', import.meta.url), [kind, String(port), `${folder}/${index}`]),
  );
  const done = async () => (await ended(client)) === jobs;
  while (!(await done())) await pause(20);
  const seconds = (performance.now() - start) / 1000;
  const memory = Number(/used_memory:(\d+)/.exec(await client.info('memory'))[1]);
  const ends = await Promise.all(workers.map(report));
  client.disconnect();
  redis.kill();
  rmSync(folder, { recursive: true, force: true });
  return {
    perSecond: jobs / seconds,
    cpuMs: ends.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / jobs,
    stallMs: Math.max(...ends.map(({ stallMs }) => stallMs)),
    storeMiB: memory / 2 ** 20,
  };
}

/** All jobs wait before a worker starts. */
async function fill(kind, connection) {
  const queue =
    kind === 'engine'
      ? new CommandQueue('bench', { connection, retention: { count: jobs } })
      : new Queue('bench', { connection });
  const add = () =>
    kind === 'engine'
      ? queue.add({ command: { type: 'exec', program: '/bin/true' } })
      : queue.add('command', { program: '/bin/true', args: [] });
  for (let added = 0; added < jobs; added += 100) {
    await Promise.all(Array.from({ length: Math.min(100, jobs - added) }, add));
  }
  await queue.close();
}

async function ended(client) {
  return (await client.zcard('bull:bench:completed')) + (await client.zcard('bull:bench:failed'));
}

function report(worker) {
  return new Promise((resolve) => {
    worker.once('message', (message) => {
      worker.kill('SIGKILL');
      resolve(message);
    });
    worker.send('report');
  });
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
