/** The end of a worker whose store was never there. */

import { existsSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { ExecutionEngine } from 'escher-execution-engine';
import { createCommandWorker } from 'escher-execution-engine/bullmq';
import { tempDir } from '../support/temp';

test('close() of a worker settles although nothing answers', async () => {
  const engine = new ExecutionEngine();
  const ledgerDir = path.join(tempDir(), 'ledger');
  // Nothing listens here.
  const connection = { host: '127.0.0.1', port: 1 };
  let errors = 0;
  const worker = createCommandWorker('ops', engine, {
    connection,
    ledgerDir,
    onError: () => errors++,
  });
  const start = Promise.allSettled([worker.ready()]);
  await engine.recovered;
  // The connections of BullMQ fail first, that of the worker itself after it has its ledger.
  while (!existsSync(ledgerDir) || errors < 6) await turn();
  expect(worker.healthy()).toBe(false);
  await worker.close();
  expect(await start).toMatchObject([{ reason: { code: 'ERR_QUEUE_CLOSED' } }]);
}, 20_000);
