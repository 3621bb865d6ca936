// The store is killed, forgets everything, or is full.
import assert from 'node:assert/strict';
import { LOCK_MS } from '../support/stage.mjs';

/** Commands end while the store is away. None is lost, none runs twice. */
async function away(stage, ms) {
  const { queue, worker, commands, store, until, pause } = stage;
  await worker();
  const short = await queue.add(commands.request('short', { seconds: 1 }));
  const long = await queue.add(commands.request('long', { seconds: 3 + ms / 1000 }));
  await until('both run', () => commands.runs('short') + commands.runs('long') === 2);
  await store.kill();
  await pause(ms);
  await store.restart();
  const next = await queue.add(commands.request('next'));
  const ends = await Promise.all([short, long, next].map((id) => queue.wait(id)));
  const runs = ['short', 'long', 'next'].map((name) => commands.runs(name));
  assert.deepEqual(runs, [1, 1, 1]);
  return { ends, runs: 3, twice: 0 };
}

async function brief(stage) {
  const { ends, ...figures } = await away(stage, LOCK_MS / 4);
  assert.deepEqual(
    ends.map(({ status }) => status),
    ['completed', 'completed', 'completed'],
  );
  return { ...figures, lost: 0 };
}

/** The lease ends the command that would go on without a lock; what ended by itself is reported. */
async function lengthy(stage) {
  const { ends, ...figures } = await away(stage, 2 * LOCK_MS);
  const [short, long, next] = ends;
  assert.deepEqual([short.status, short.exitCode], ['completed', 0]);
  assert.equal(long.error.code, 'ERR_LOST');
  assert.equal(next.status, 'completed');
  await stage.until('no process is left', () => stage.commands.alive().length === 0);
  return { ...figures, lost: 0, left: 0 };
}

/** Without a file the jobs are gone with the server. What ran is known nevertheless. */
async function forgetful(stage) {
  const { queue, worker, commands, store, until } = stage;
  await worker();
  const running = await queue.add(commands.request('running', { seconds: 2 }));
  await until('it runs', () => commands.runs('running') === 1);
  await store.kill();
  await store.restart();
  const outcome = await until('its outcome is stored', () => queue.result(running));
  assert.ok(outcome.status === 'completed' || outcome.error.code === 'ERR_LOST');
  const next = await queue.add(commands.request('next'));
  assert.equal((await queue.wait(next)).status, 'completed');
  await until('no process is left', () => commands.alive().length === 0);
  assert.deepEqual([commands.runs('running'), commands.runs('next')], [1, 1]);
  return { runs: 2, twice: 0, left: 0 };
}

/** A connection that is lost between two queries of a transaction must not end the process. */
async function inTransaction({ queue, worker, commands, store, until }) {
  const one = await worker();
  const id = await queue.add(commands.request('held'), { delay: 1500 });
  const holder = await store.hold(`bull:ops:${id}`);
  await until('it waits for the lock', () => holder.isWaitedFor());
  await store.kill();
  await store.restart();
  assert.equal((await queue.wait(id)).status, 'completed');
  assert.equal(commands.runs('held'), 1);
  assert.equal(await one.end('SIGTERM'), 0);
  return { runs: 1, lost: 0 };
}

async function full({ queue, worker, commands, store, until }) {
  await worker();
  const running = await queue.add(commands.request('running', { seconds: 2 }));
  await until('it runs', () => commands.runs('running') === 1);
  await store.ask('config', 'set', 'maxmemory', '1');
  await assert.rejects(queue.add(commands.request('refused')), /OOM/);
  await until('it has ended', () => commands.ends('running') === 1);
  await store.ask('config', 'set', 'maxmemory', '0');
  const outcome = await queue.wait(running);
  assert.ok(outcome.status === 'completed', JSON.stringify(outcome.error));
  assert.deepEqual([commands.runs('running'), commands.runs('refused')], [1, 0]);
  const next = await queue.add(commands.request('next'));
  assert.equal((await queue.wait(next)).status, 'completed');
  return { runs: 2, twice: 0, lost: 0 };
}

/** Neither a queue nor a worker waits for a store that does not come back. */
async function gone({ queue, worker, commands, store, until }) {
  const one = await worker({ drainMs: 500 });
  const running = await queue.add(commands.request('running', { seconds: 60 }));
  await until('it runs', () => commands.runs('running') === 1);
  const waited = queue.wait(running).catch(({ code }) => code);
  await store.kill();
  await queue.close();
  assert.equal(await waited, 'ERR_QUEUE_CLOSED');
  assert.equal(await one.end('SIGTERM'), 0);
  await until('no process is left', () => commands.alive().length === 0);
  return { closed: 2, left: 0 };
}

export const proofs = [
  { name: 'store killed for less than the lock', run: brief, stores: 'both' },
  { name: 'store killed for longer than the lock', run: lengthy, stores: 'both' },
  { name: 'store killed in a transaction', run: inTransaction, stores: 'postgres' },
  { name: 'store killed without its file', run: forgetful, keepsAll: false },
  { name: 'memory of the store full', run: full },
  { name: 'closed while the store is away', run: gone, stores: 'both' },
];
