// Hooks of a worker that fail, and what other programs put into the store: no job is run twice, none holds a slot for ever.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Queue } from 'bullmq';
import { ExecutionEngine } from 'escher-execution-engine';
import { createCommandWorker } from 'escher-execution-engine/bullmq';

const never = () => new Promise(() => {});
const fail = (what) => () => {
  throw what;
};

/** Runs `body` beside a worker in this process, whose hooks can be functions. */
async function beside({ store, folder }, hooks, body) {
  const engine = new ExecutionEngine({ forceKillAfterDelayMs: 300 });
  const worker = createCommandWorker('ops', engine, {
    connection: store.connection,
    ledgerDir: path.join(folder, 'ledger'),
    lockMs: 6000,
    drainMs: 500,
    concurrency: 1,
    ...hooks,
  });
  await worker.ready();
  try {
    await body(worker);
  } finally {
    await worker.close();
  }
  assert.deepEqual(worker.running(), []);
}

async function hooks(stage) {
  const { queue, commands, until } = stage;
  const codeOf = async (id) => (await queue.wait(id)).error?.code;
  const finishing = { onFinished: fail(Object.create(null)), onError: fail(new Error('listener')) };
  await beside(stage, finishing, async () => {
    const id = await queue.add(commands.request('finished'), { attempts: 3 });
    assert.equal((await queue.wait(id)).status, 'completed');
    await until(
      'its job is completed',
      async () => (await queue.status(id)).status === 'completed',
    );
    assert.equal(commands.runs('finished'), 1);
  });
  for (const keyLimit of [() => Number.NaN, fail(new Error('secret'))]) {
    await beside(stage, { keyLimit }, async () => {
      const id = await queue.add(commands.request('limited'), { key: 'k' });
      assert.equal(await codeOf(id), 'ERR_REFUSED');
      const next = await queue.add(commands.request('next'));
      assert.equal(await codeOf(next), undefined);
    });
  }
  await beside(stage, { authorize: never }, async (worker) => {
    const id = await queue.add(commands.request('asked'));
    await until('it is asked about', () => worker.running().length === 1);
    await queue.cancel(id);
    assert.equal(await codeOf(id), 'ERR_CANCELLED');
    const other = await queue.add(commands.request('asked'));
    await until('it is asked about', () => worker.running().length === 1);
    await worker.close();
    assert.equal(await codeOf(other), 'ERR_INTERRUPTED');
  });
  const vault = {
    get PASS() {
      throw new Error('secret');
    },
  };
  await beside(stage, { resolveSecrets: () => vault }, async () => {
    const id = await queue.add(commands.request('vault'), { secretRefs: { PASS: 'x' } });
    const { error } = await queue.wait(id);
    assert.equal(error.code, 'ERR_SECRETS');
    assert.doesNotMatch(error.message, /secret\b/);
  });
  assert.deepEqual(
    [commands.runs('limited'), commands.runs('asked'), commands.runs('vault')],
    [0, 0, 0],
  );
  return { jobs: 8, twice: 0 };
}

/** Messages, jobs and ledger lines that are not ours. */
async function foreign(stage) {
  const { queue, commands, store, folder } = stage;
  mkdirSync(path.join(folder, 'ledger'), { mode: 0o700 });
  writeFileSync(path.join(folder, 'ledger', '1-a.ledger'), '{}\n{"jobId":5}\n[]\nnull\nx\n');
  const made = { v: 1, key: null, idempotent: false, retryOn: [], secretRefs: null };
  const requests = [null, { stop: 'x' }, { stdin: 'pipe' }, { input: 5 }, { timeoutMs: null }];
  const junk = [
    ...[null, 'x', 5, [], {}, { ...made, request: commands.request('junk'), secretRefs: { A: 5 } }],
    ...requests.map((part) => ({
      ...made,
      request: part && { ...commands.request('junk'), ...part },
    })),
  ];
  await beside(stage, {}, async () => {
    const channels = await store.ask('pubsub', 'channels', '*cancels*');
    assert.equal(channels.length, 1);
    for (const text of ['not json', 'null', '[1,2]', '["a"]'])
      await store.ask('publish', channels[0], text);
    const jobs = new Queue('ops', { connection: store.connection });
    for (const data of junk) {
      const { id } = await jobs.add('command', data);
      assert.equal((await queue.wait(id)).error.code, 'ERR_JOB_DATA');
      assert.equal((await queue.status(id)).key, null);
    }
    await jobs.close();
    assert.equal(commands.runs('junk'), 0);
    const id = await queue.add(commands.request('good'));
    assert.equal((await queue.wait(id)).status, 'completed');
  });
  return { jobs: junk.length + 1 };
}

export const proofs = [
  { name: 'hooks that fail or never answer', run: hooks, stores: 'both' },
  { name: 'messages, jobs and files of others', run: foreign },
];
