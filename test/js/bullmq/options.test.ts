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
  ['a database that is no number', { connection: { db: 'zz' } }, /connection\.db.*number.*'zz'/],
  ['a host', { connection: { host: '' } }, /connection\.host.*1 to 255 characters.*''/],
  ['a password', { connection: { password: 5 } }, /connection\.password.*of type string/],
  ['tls', { connection: { tls: true } }, /connection\.tls.*of type object/],
  ['a URL', { connection: { postgres: 'db' } }, /connection\.postgres.*postgres:\/\/user@host/],
  ['a listener', { connection, onError: 'log' }, /options\.onError.*of type function.*'log'/],
  ['the events', { connection, eventsMaxLen: 0 }, /eventsMaxLen.*from 1 to 1000000.*0/],
  [
    'the retention',
    { connection, retention: { count: -1 } },
    /retention\.count.*from 0 to 1000000000.*-1/,
  ],
])('a queue refuses %s', (_what, options, message) => {
  expect(() => new CommandQueue('ops', options as CommandQueueOptions)).toThrow(message);
});

test('no message shows a connection string', () => {
  const options = { connection: { postgres: 'mysql://user:secret@host' } };
  expect(() => new CommandQueue('ops', options)).toThrow(expect.not.stringContaining('secret'));
});

test('a getter that throws is named', () => {
  const options = {
    connection,
    get prefix(): string {
      throw new Error('thrown by the getter');
    },
  };
  expect(() => new CommandQueue('ops', options)).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(/"options\.prefix" property cannot be read: a getter/),
      cause: new Error('thrown by the getter'),
    }),
  );
});

test('a long value is shown by its start', () => {
  const refused = (): void => void new CommandQueue('x'.repeat(5000), { connection });
  expect(refused).toThrow(/1 to 128 characters.*xxx\.\.\.' of 5000 characters$/);
  expect(refused).toThrow(
    expect.objectContaining({ message: expect.stringMatching(/^.{0,300}$/) }),
  );
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
    ['a lock that is too short', { lockMs: 100 }, /lockMs.*from 3000 to 3600000.*100/],
    [
      'a lock that is too short for the grace period of the engine',
      { lockMs: 8000 },
      /lockMs.*at least 12500 for the grace period of the engine, which is 5000 ms.*8000/,
    ],
    ['a tail that is too long', { tailBytes: 10_000 }, /tailBytes.*from 0 to 6144.*10000/],
    ['another word', { onLost: 'retry' }, /onLost.*'fail', 'again'.*'retry'/],
    ['lines without bytes', { live: { bytes: 1 } }, /live\.bytes.*from 1024 to 1048576.*1/],
    ['lines that are neither', { live: true }, /options\.live.*object or false.*true/],
    ['a name', { name: '' }, /options\.name.*1 to 256 characters.*''/],
    ['a ledger nowhere', { ledgerDir: '' }, /options\.ledgerDir.*1 to 4096 characters.*''/],
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

  test('refuses an engine whose commands have no end after a signal', async () => {
    const endless = new ExecutionEngine({ forceKillAfterDelayMs: false });
    expect(() => createCommandWorker('ops', endless, { connection })).toThrow(
      /grace period.*at most 1440000 ms.*Infinity/,
    );
    await endless.shutdown();
  });

  test('refuses what is no engine', () => {
    const { run, renew, shutdown } = engine;
    for (const other of [{}, { run, renew, shutdown }, { run, renew, shutdown, config: null }]) {
      const given = other as unknown as ExecutionEngine;
      expect(() => createCommandWorker('ops', given, { connection })).toThrow(
        /"engine".*an engine.*instance of Object/,
      );
    }
  });
});

describe('add()', () => {
  const queue = new CommandQueue('ops', { connection });
  const command = { type: 'shell', command: 'true' } as const;
  afterAll(async () => {
    await queue.close();
  });

  test.each<[string, object, RegExp]>([
    ['a key', { key: '' }, /options\.key.*1 to 256.*''/],
    ['the attempts', { attempts: 0 }, /options\.attempts.*from 1 to 1000.*0/],
    ['what is retried', { retryOn: ['always'] }, /retryOn\[0\].*'launch', 'timeout'.*'always'/],
    ['an exit code', { retryOn: [256] }, /retryOn\[0\].*from 1 to 255.*256/],
    [
      'a backoff',
      { backoff: { type: 'fixed', delay: -1 } },
      /backoff\.delay.*from 0 to 86400000.*-1/,
    ],
    ['a delay', { delay: 1e15 }, /options\.delay.*from 0 to 31622400000.*1000000000000000/],
    ['a text with NUL', { key: 'a\0' }, /options\.key.*none of them NUL.*'a\\x00'/],
    ['no variable', { secretRefs: { 'A=B': 'x' } }, /secretRefs.*without '='.*'A=B'/],
    ['an empty variable', { secretRefs: { '': 'x' } }, /secretRefs.*1 to 256 characters.*''/],
    ['a prototype', { secretRefs: JSON.parse('{"__proto__":"x"}') }, /other than '__proto__'/],
    ['references', { secretRefs: { A: 1 } }, /secretRefs\.A.*of type string/],
  ])('refuses %s', async (_what, options, message) => {
    await expect(queue.add({ command }, options as AddOptions)).rejects.toThrow(message);
  });

  test('refuses an invalid request before it is stored', async () => {
    await expect(queue.add({ command: { type: 'shell' } } as never)).rejects.toThrow(/command/);
    await expect(queue.add({ command, timeoutMS: 1 } as never)).rejects.toThrow(/timeoutMs/);
  });

  test.each<[string, object, RegExp]>([
    ['no progress', { command, progress: null }, /request\.progress.*Received null/],
    ['no command', { command: null }, /request\.command.*Received null/],
    ['a number that JSON lacks', { command, timeoutMs: Number.NaN }, /timeoutMs.*finite.*NaN/],
  ])('refuses %s', async (_what, request, message) => {
    await expect(queue.add(request as never)).rejects.toThrow(message);
  });

  test('names a getter of the request that throws', async () => {
    const request = {
      command,
      get workingDir(): string {
        throw new Error('own');
      },
    };
    await expect(queue.add(request)).rejects.toThrow(/"request\.workingDir".*a getter or a proxy/);
  });

  test.each(['meta', 'events', 'id', 'wait', 'repeat', 'de', '', 'job:lock', 'escher:result:x'])(
    'every method refuses the id %j',
    async (id) => {
      const message = /"id" argument must (?:be the id of a job|have 1 to 256 characters)/;
      await expect(queue.cancel(id)).rejects.toThrow(message);
      await expect(queue.wait(id)).rejects.toThrow(message);
      await expect(queue.result(id)).rejects.toThrow(message);
      await expect(queue.status(id)).rejects.toThrow(message);
      await expect(queue.tail(id).next()).rejects.toThrow(message);
    },
  );

  test('rejects after close()', async () => {
    const closed = new CommandQueue('ops', { connection });
    await closed.close();
    await expect(closed.add({ command })).rejects.toMatchObject({ code: 'ERR_QUEUE_CLOSED' });
  });
});
