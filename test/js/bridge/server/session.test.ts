import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ExecutionEngine,
  type ExecutionEngineApi,
  type ExecutionRequest,
} from 'escher-execution-engine';

import {
  type BridgeClient,
  connectBridge,
  type ServeBridgeOptions,
  serveBridge,
} from 'escher-execution-engine/bridge';

import { connectedPair, connectedSockets } from '../../support/bridge';
import { LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { executionError, present } from '../../support/expectations';
import { processExists, processGroupMembers } from '../../support/processes';
import { tempDir } from '../../support/temp';
import { blockUntil, isPending, waitFor } from '../../support/wait';

describe('a shared engine', () => {
  const shared = { atEnd: 'leave' } as const;

  async function connected(
    engine: ExecutionEngine,
  ): Promise<{ client: BridgeClient; served: Promise<string> }> {
    const [there, back] = [new PassThrough(), new PassThrough()];
    const served = serveBridge(engine, { readable: there, writable: back }, shared);
    return { client: await connectBridge({ readable: back, writable: there }), served };
  }

  test('shutdown ends the executions of its own connection only', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 2, maxQueuedExecutions: 2 });
    const [one, other] = [await connected(engine), await connected(engine)];
    const others = other.client.run(sh('read _; echo done', { stdin: 'pipe' }));
    await waitFor('the start', () => others.pid);
    // Ignores all signals but SIGKILL.
    const deaf = one.client.run(
      sh("trap '' TERM; echo ready; while :; do sleep 0.01; done", {
        forceKillAfterDelayMs: false,
      }),
    );
    const queued = one.client.run(sh('true'));
    for await (const { line } of deaf) if (line === 'ready') break;
    expect(await one.client.shutdown({ graceMs: 10 })).toEqual({ survivors: [] });
    expect(await one.served).toBe('shutdown');
    expect(await deaf).toMatchObject({ status: 'cancelled', signal: 'SIGKILL', stdout: 'ready\n' });
    expect(await queued).toMatchObject({ status: 'cancelled', pid: null });
    expect(processGroupMembers(present(deaf.pid))).toEqual([]);
    expect((await executionError(one.client.stats())).code).toBe('ERR_ENGINE_CLOSED');

    expect(await engine.runningCount()).toBe(1);
    expect((await other.client.run(sh('echo more'))).stdout).toBe('more\n');
    others.stdin.end('\n');
    expect(await others).toMatchObject({ status: 'completed', stdout: 'done\n' });
  });

  test('shutdown is answered after all earlier commands, and later requests are refused', async () => {
    const [there, back] = [new PassThrough(), new PassThrough()];
    const engine = makeEngine();
    const served = serveBridge(engine, { readable: there, writable: back }, shared);
    const id = '7d2f6b1e-0a35-4d0e-9f43-1b0f1c5a2e05';
    const others = engine.run(sh('read _; echo done', { id, stdin: 'pipe' }));
    const messages = [
      { type: 'execute', seq: 1, result: false, request: sh(LONG) },
      { type: 'wait_for_completion', seq: 2, id },
      { type: 'shutdown', seq: 3, grace_ms: -1 },
      { type: 'shutdown', seq: 4, grace_ms: 60_000 },
      { type: 'execute', seq: 5, request: sh('true') },
    ];
    for (const message of messages) there.write(`${JSON.stringify(message)}\n`);
    await waitFor('the end of its own', async () => (await engine.stats()).counts.cancelled === 1);
    expect(await isPending(served)).toBe(true);
    others.stdin.end('\n');
    expect(await served).toBe('shutdown');
    expect(await engine.runningCount()).toBe(0);
    back.end();
    const answers = (await textOf(back))
      .split('\n')
      .filter((line) => line.includes('"response"'))
      .map((line) => JSON.parse(line));
    expect(answers.at(-1)).toEqual({ type: 'response', seq: 4, payload: { survivors: [] } });
    answers.sort((a, b) => a.seq - b.seq);
    expect(answers).toMatchObject([
      { seq: 1, payload: {} },
      { seq: 2, payload: { stdout: 'done\n' } },
      { seq: 3, error: { code: 'ERR_OUT_OF_RANGE' } },
      { seq: 4, payload: { survivors: [] } },
      { seq: 5, error: { code: 'ERR_ENGINE_CLOSED' } },
    ]);
  });
});

describe('a reader that is slower than the end of the engine', () => {
  const kept = 'seq 1 20000';
  const output = Array.from({ length: 20_000 }, (_, at) => `${at + 1}\n`).join('');

  /** Serves without a reader of the output. */
  async function unread(
    options: ServeBridgeOptions,
    commands: string[],
  ): Promise<{
    there: PassThrough;
    back: PassThrough;
    served: Promise<string>;
    gone: () => Promise<boolean>;
  }> {
    const engine = makeEngine();
    const [there, back] = [new PassThrough(), new PassThrough()];
    const served = serveBridge(engine, { readable: there, writable: back }, options);
    for (const command of commands) there.write(`${JSON.stringify(sh(command))}\n`);
    await waitFor(
      'the end of the first',
      async () => (await engine.stats()).counts.completed === 1,
    );
    const gone = async (): Promise<boolean> => {
      return await engine.runningCount().then(
        () => false,
        () => true,
      );
    };
    return { there, back, served, gone };
  }

  const resultsIn = (written: string): unknown[] =>
    written
      .split('\n')
      .filter((line) => line.includes('"completed"') || line.includes('"type":"result"'))
      .map((line) => JSON.parse(line))
      .map(({ payload }) => payload.result ?? payload)
      .filter(({ stdout }) => stdout !== undefined);

  test.each([
    ['the end of the input', {}, '', 'input'],
    ['the end of the input and of the executions', { atEnd: 'wait' }, '', 'input'],
    ['shutdown', {}, '{"type":"shutdown","seq":1}\n', 'shutdown'],
  ] as const)('gets whole results after %s', async (_, options, last, end) => {
    const { there, back, served, gone } = await unread(options, [kept]);
    if (last === '') there.end();
    else there.write(last);
    await waitFor('the end of the engine', gone);
    const written = textOf(back);
    expect(await served).toBe(end);
    back.end();
    const whole = { status: 'completed', stdout: output, output_dropped: false };
    expect(resultsIn(await written)).toMatchObject([whole, whole]);
  });

  test('gets the whole result of an execution that ends with the engine', async () => {
    const said = join(tempDir(), 'said');
    const commands = ['true', `seq 1 20000; : > ${said}; ${LONG}`];
    const { there, back, served, gone } = await unread({ graceMs: 10 }, commands);
    await waitFor('its words', () => existsSync(said));
    there.end();
    await waitFor('the end of the engine', gone);
    const written = textOf(back);
    expect(await served).toBe('input');
    back.end();
    const whole = { status: 'cancelled', stdout: output, output_dropped: false };
    expect(resultsIn(await written)).toContainEqual(expect.objectContaining(whole));
  });
});

describe('a reader that is stuck', () => {
  const large = 8 * 1024 * 1024;

  test.each(['get_result', 'wait_for_completion'])(
    'does not make the server hold an answer for every %s in a chunk',
    async (type) => {
      const engine = makeEngine({ maxOutputSizeBytes: large });
      const id = await engine.execute(sh(`head -c ${large} /dev/zero | tr '\\0' x`));
      await engine.waitForCompletion(id);
      const reads = jest.spyOn(engine, type === 'get_result' ? 'getResult' : 'waitForCompletion');
      const [there, back] = [new PassThrough(), new PassThrough()];
      const served = serveBridge(engine, { readable: there, writable: back }, { atEnd: 'leave' });
      const asked = Array.from({ length: 100 }, (_, seq) => ({ type, seq, id }));
      there.write(asked.map((line) => `${JSON.stringify(line)}\n`).join(''));
      await waitFor('the first answers', () => reads.mock.calls.length > 1);
      let before = -1;
      await waitFor('a standstill', async () => {
        const last = before;
        before = reads.mock.calls.length;
        await sleep(100);
        return before === last;
      });
      // 16 are read in a turn: more than 64 MiB.
      expect(reads.mock.calls.length).toBeLessThanOrEqual(17);
      back.destroy();
      await served;
    },
  );

  test('does not make the server hold a small answer for every line in a chunk', async () => {
    const engine = makeEngine();
    const counts = jest.spyOn(engine, 'runningCount');
    const [there, back] = [new PassThrough(), new PassThrough()];
    const served = serveBridge(engine, { readable: there, writable: back }, { atEnd: 'leave' });
    const lines = 100_000;
    there.write('{"type":"running_count","seq":1}\n'.repeat(lines));
    let before = -1;
    await waitFor('a standstill', async () => {
      const last = before;
      before = counts.mock.calls.length;
      await sleep(300);
      return before > 0 && before === last;
    });
    expect(counts.mock.calls.length).toBeLessThan(0.8 * lines);
    back.destroy();
    await served;
  });
});

describe('a duplex stream', () => {
  const id = '7d2f6b1e-0a35-4d0e-9f43-1b0f1c5a2e04';
  const lines = (...messages: object[]): string =>
    messages.map((message) => `${JSON.stringify(message)}\n`).join('');
  const execute = (command: string): object => {
    return { type: 'execute', seq: 1, output: 'none', result: false, request: sh(command, { id }) };
  };
  const wait = { type: 'wait_for_completion', seq: 2, id };
  type Answer = { seq?: number; payload: { stdout: string } };
  const answers = (written: string): Answer[] =>
    written
      .split('\n')
      .filter((line) => line.includes('"response"'))
      .map((line) => JSON.parse(line) as Answer);

  test('remains open for answers after the end of the input', async () => {
    const [near, far] = await connectedSockets();
    const go = join(tempDir(), 'go');
    const streams = { readable: far, writable: far };
    const served = serveBridge(makeEngine(), streams, { atEnd: 'wait' });
    near.end(lines(execute(`until [ -e ${go} ]; do sleep 0.01; done; echo done`), wait));
    await waitFor('the end of the input', () => far.readableEnded);
    expect(await isPending(served)).toBe(true);
    writeFileSync(go, '');
    expect(await served).toBe('input');
    far.end();
    expect(answers(await textOf(near))).toMatchObject([
      { seq: 1, payload: { id } },
      { seq: 2, payload: { status: 'completed', stdout: 'done\n' } },
    ]);
  });

  test('remains open for answers after the end of the engine', async () => {
    const [near, far] = await connectedSockets();
    const engine = makeEngine();
    const served = serveBridge(engine, { readable: far, writable: far });
    // More than the sockets buffer without a reader.
    near.write(lines(execute('seq 1 300000'), wait, { type: 'on_idle', seq: 3 }));
    await waitFor('the start', async () => (await engine.stats()).counts.completed === 1);
    near.write(lines({ type: 'shutdown', seq: 4 }));
    await waitFor('the end of the engine', () =>
      engine.runningCount().then(
        () => false,
        () => true,
      ),
    );
    expect(await isPending(served)).toBe(true);
    const written = textOf(near);
    expect(await served).toBe('shutdown');
    far.end();
    const all = answers(await written);
    expect(all.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(all[1]?.payload.stdout.slice(-7)).toBe('300000\n');
    near.end();
    await waitFor('the socket to close by itself', () => far.closed);
  });

  test('is closed when an aborted bridge cannot write its last messages', async () => {
    const [near, far] = await connectedSockets();
    const [engine, ending] = [makeEngine(), new AbortController()];
    const { signal } = ending;
    const served = serveBridge(engine, { readable: far, writable: far }, { signal });
    near.write(lines(execute('seq 1 300000'), wait, { type: 'hello', seq: 3 }));
    await waitFor('the answers to wait', () => far.writableNeedDrain);
    ending.abort();
    expect(await served).toBe('aborted');
    expect(far.destroyed).toBe(true);
  });
});

test('a pending result has the output even if the record is dropped right after the end', async () => {
  const { client } = await connectedPair({ maxInMemoryExecutions: 1 });
  const go = join(tempDir(), 'go');
  const runs = [1, 2, 3].map((n) => {
    return client.run(sh(`until [ -e ${go} ]; do sleep 0.01; done; echo ${n}`));
  });
  const results = Promise.all(runs.map(({ result }) => result));
  await Promise.all(runs.map((run) => new Promise((resolve) => run.once('started', resolve))));
  writeFileSync(go, '');
  // Until they have ended and the engine has applied its retention.
  blockUntil('the ends', () => runs.every(({ pid }) => !processExists(present(pid))));
  const later = performance.now() + 100;
  while (performance.now() < later);
  expect((await results).map(({ stdout }) => stdout)).toEqual(['1\n', '2\n', '3\n']);
});

test('no line is sent before the answer to its request in the same turn', async () => {
  const { client, engine } = await connectedPair();
  const said = join(tempDir(), 'said');
  const run = engine.run.bind(engine) as ExecutionEngineApi['run'];
  engine.run = ((request: ExecutionRequest) => {
    // After the request for its lines, which is written together with the request.
    process.nextTick(() => {
      blockUntil('its words', () => existsSync(said));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    });
    return run(request);
  }) as typeof engine.run;
  const execution = client.run(sh(`echo x; : > ${said}`));
  const pids: unknown[] = [];
  for await (const _ of execution) pids.push(execution.pid);
  expect(pids).toEqual([expect.any(Number)]);
});

test('the result of a dropped record has everything but the output', async () => {
  const { client, engine } = await connectedPair({ maxInMemoryExecutions: 1 });
  const [run, again] = [client.run(sh('echo kept; exit 5')), client.run(sh('echo kept'))];
  const settled = new Promise((resolve) => run.once('settled', resolve));
  await again;
  await settled;
  await client.run(sh('true'));
  await engine.cleanup();
  expect(await executionError(client.waitForCompletion(run.id))).toMatchObject({
    code: 'ERR_EXECUTION_NOT_FOUND',
  });
  expect((await again).stdout).toBe('kept\n');
  expect(await run).toMatchObject({ exitCode: 5, stdout: '', stdoutBytes: 5, outputDropped: true });
});

test('a command before the end of the input is answered, however late', async () => {
  class LateEngine extends ExecutionEngine {
    /** Resolves after the end of the engine. */
    override async cleanup(): Promise<number> {
      await this.shutdown();
      await new Promise(setImmediate);
      return 7;
    }
  }
  const [there, back] = [new PassThrough(), new PassThrough()];
  there.end('{"type":"cleanup","seq":1}\n');
  expect(await serveBridge(new LateEngine(), { readable: there, writable: back })).toBe('input');
  expect(String(back.read())).toBe('{"type":"response","seq":1,"payload":7}\n');
});
