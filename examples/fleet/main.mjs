// A fleet on one machine: a Redis server, two worker processes, a producer, and a view of what each worker runs:
//   node examples/fleet/main.mjs
// It needs `redis-server`, and the packages `bullmq` and `ioredis`. With REDIS_PORT it uses a running server.
import { fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { produce } from './producer.mjs';

if (process.env.REDIS_PORT === undefined && spawnSync('redis-server', ['--version']).error) {
  console.log('There is no redis-server here: install it, or set REDIS_PORT.');
  process.exit(0);
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'fleet-example-'));
const port = Number(process.env.REDIS_PORT ?? (await freePort()));
const redis = process.env.REDIS_PORT === undefined ? await startRedis() : undefined;
const workers = ['red', 'blue'].map(startWorker);
try {
  // A worker sends a message once it takes jobs.
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  await produce({ host: '127.0.0.1', port });
} finally {
  for (const worker of workers) worker.kill('SIGTERM');
  await Promise.all(workers.map((worker) => once(worker, 'exit')));
  redis?.kill();
  rmSync(folder, { recursive: true, force: true });
}

function startWorker(name) {
  const program = path.join(path.dirname(fileURLToPath(import.meta.url)), 'worker.mjs');
  return fork(program, [name, String(port), path.join(folder, name)]);
}

async function startRedis() {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  const server = spawn('redis-server', args, { stdio: 'ignore' });
  while (!(await accepts(port))) await pause(50);
  return server;
}

async function accepts(port) {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}
