// One worker: node examples/fleet/worker.mjs NAME PORT FOLDER. On SIGTERM it drains, then exits.
import path from 'node:path';
import { ExecutionEngine } from 'escher-execution-engine';
import { createCommandWorker } from 'escher-execution-engine/bullmq';

const [name, port, folder] = process.argv.slice(2);
const engine = new ExecutionEngine({
  journalDir: path.join(folder, 'journal'),
  logDir: path.join(folder, 'logs'),
});
const worker = createCommandWorker('example', engine, {
  connection: { host: '127.0.0.1', port: Number(port) },
  name,
  concurrency: 2,
  drainMs: 5000,
  // The trust boundary: which commands this machine runs.
  authorize: ({ command }) => command.type === 'shell',
  // In place of a vault. No job contains the values, and output shows them as `***`.
  resolveSecrets: (refs) =>
    Object.fromEntries(
      Object.entries(refs).map(([variable, ref]) => [variable, `secret of ${ref}`]),
    ),
  onError: (error) => console.log(`${name}: ${error.message}`),
});
process.once('SIGTERM', async () => {
  await worker.close();
  process.exit(0);
});
await worker.ready();
process.send?.('ready');
