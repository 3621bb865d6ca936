// The worker of kubernetes.yaml: node examples/fleet/pod.mjs. From the environment: REDIS_HOST, REDIS_PORT (6379), POD_NAME,
// WORK_DIR (/var/lib/worker) and HEALTH_PORT (8080). /ready answers 200 while jobs are taken, /alive always.
import { createServer } from 'node:http';
import path from 'node:path';
import process from 'node:process';
import { ExecutionEngine } from 'escher-execution-engine';
import { createCommandWorker } from 'escher-execution-engine/bullmq';

const { REDIS_HOST, REDIS_PORT, POD_NAME, WORK_DIR, HEALTH_PORT } = process.env;
const folder = WORK_DIR ?? '/var/lib/worker';
const engine = new ExecutionEngine({
  journalDir: path.join(folder, 'journal'),
  logDir: path.join(folder, 'logs'),
  overflowDir: path.join(folder, 'overflow'),
});
const worker = createCommandWorker('ops', engine, {
  connection: { host: REDIS_HOST ?? 'redis', port: Number(REDIS_PORT ?? 6379) },
  ...(POD_NAME && { name: POD_NAME }),
  concurrency: 8,
  authorize: ({ command }) => command.type === 'exec' && command.program === 'terraform',
  onError: (error) => console.error(error.message),
});

const health = createServer(({ url }, response) => {
  const isGood = url === '/alive' || (url === '/ready' && worker.healthy());
  response.writeHead(isGood ? 200 : 503).end();
});
health.listen(Number(HEALTH_PORT ?? 8080));

process.once('SIGTERM', async () => {
  await worker.close();
  process.exit(0);
});
// Waits for the store, however long it is away. A worker that cannot be used at all ends.
worker.ready().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
