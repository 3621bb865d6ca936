/** Bad options of queues and workers: each error names the option, the value and what is allowed. */

import { ExecutionEngine } from 'escher-execution-engine';
import {
  type AddOptions,
  CommandQueue,
  type CommandQueueOptions,
  type CommandWorkerOptions,
  createCommandWorker,
} from 'escher-execution-engine/bullmq';

/** Nothing listens here. A check fails before a connection is made. */
const connection = { host: '127.0.0.1', port: 1 };

test.each<[string, object, RegExp]>([
  ['no connection', {}, /options\.connection.*of type object/],
  ['an unknown field', { connection, retries: 1 }, /options\.retries.*is unknown/],
  ['an unknown field of the connection', { connection: { hots: 'x' } }, /connection\.hots.*host/],
  ['a port', { connection: { port: 70_000 } }, /connection\.port.*65535.*70000/],
  ['a prefix', { connection, prefix: 'a:b' }, /options\.prefix.*':'.*a:b/],
  ['the events', { connection, eventsMaxLen: 0 }, /eventsMaxLen.*at least 1.*0/],
  ['the retention', { connection, retention: { count: -1 } }, /retention\.count.*at least 0.*-1/],
])('a queue refuses %s', (_what, options, message) => {
  expect(() => new CommandQueue('ops', options as CommandQueueOptions)).toThrow(message);
});

test('a queue refuses a name with a colon', () => {
  expect(() => new CommandQueue('a:b', { connection })).toThrow(/"name".*without ':'/);
});

describe('a worker', () => {
  const engine = new ExecutionEngine({ maxConcurrentExecutions: 8 });
  afterAll(async () => {
    await engine.shutdown();
  });

  test.each<[string, object, RegExp]>([
    ['more commands than the engine runs', { concurrency: 9 }, /concurrency.*from 1 to 8.*9/],
    ['a lock that is too short', { lockMs: 100 }, /lockMs.*at least 3000.*100/],
    ['a tail that is too long', { tailBytes: 10_000 }, /tailBytes.*from 0 to 6144.*10000/],
    ['another word', { onLost: 'retry' }, /onLost.*'fail', 'again'.*'retry'/],
    ['lines without bytes', { live: { bytes: 1 } }, /live\.bytes.*at least 1024/],
    ['a hook that is none', { authorize: true }, /authorize.*of type function.*boolean/],
  ])('refuses %s', (_what, options, message) => {
    const given = { connection, ...options } as CommandWorkerOptions;
    expect(() => createCommandWorker('ops', engine, given)).toThrow(message);
  });

  test('refuses an engine with a queue', async () => {
    const queued = new ExecutionEngine({ maxQueuedExecutions: 1 });
    expect(() => createCommandWorker('ops', queued, { connection })).toThrow(
      /maxQueuedExecutions.*must be 0.*1/,
    );
    await queued.shutdown();
  });

  test('refuses what is no engine', () => {
    expect(() => createCommandWorker('ops', {} as ExecutionEngine, { connection })).toThrow(
      /"engine".*an engine/,
    );
  });
});

describe('add()', () => {
  const queue = new CommandQueue('ops', { connection });
  const command = { type: 'shell', command: 'true' } as const;
  afterAll(async () => {
    await queue.close();
  });

  test.each<[string, object, RegExp]>([
    ['a key', { key: '' }, /options\.key.*1 to 256.*0/],
    ['the attempts', { attempts: 0 }, /options\.attempts.*at least 1.*0/],
    ['what is retried', { retryOn: ['always'] }, /retryOn\[0\].*'launch', 'timeout'.*'always'/],
    ['an exit code', { retryOn: [256] }, /retryOn\[0\].*from 1 to 255.*256/],
    ['a backoff', { backoff: { type: 'fixed', delay: -1 } }, /backoff\.delay.*-1/],
    ['references', { secretRefs: { A: 1 } }, /secretRefs\.A.*of type string/],
  ])('refuses %s', async (_what, options, message) => {
    await expect(queue.add({ command }, options as AddOptions)).rejects.toThrow(message);
  });

  test('refuses an invalid request before it is stored', async () => {
    await expect(queue.add({ command: { type: 'shell' } } as never)).rejects.toThrow(/command/);
    await expect(queue.add({ command, timeoutMS: 1 } as never)).rejects.toThrow(/timeoutMs/);
  });

  test('rejects after close()', async () => {
    const closed = new CommandQueue('ops', { connection });
    await closed.close();
    await expect(closed.add({ command })).rejects.toMatchObject({ code: 'ERR_QUEUE_CLOSED' });
  });
});
