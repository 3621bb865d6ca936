import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import {
  type Execution,
  ExecutionEngine,
  type ExecutionEngineApi,
  ExecutionError,
  type ExecutionRequest,
} from 'escher-execution-engine';
import {
  type BridgeClient,
  connectBridge,
  type ServeBridgeOptions,
  serveBridge,
} from 'escher-execution-engine/bridge';
import { connectedPair, connectedSockets, startBridge } from './support/bridge';
import { exec, LONG, sh } from './support/commands';
import { makeEngine } from './support/engine';
import { type EventName, names, payloads, record } from './support/events';
import { executionError, present, rejection, sha256 } from './support/expectations';
import { reportOf } from './support/hosts';
import { bytesWritten, processExists, processGroupMembers } from './support/processes';
import { tempDir } from './support/temp';
import { blockUntil, isPending, waitFor } from './support/wait';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const MiB = 1024 * 1024;

async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}

/** What is the same for the same request, whoever runs it. */
const VARYING = [
  'id',
  'pid',
  'startedAt',
  'completedAt',
  'durationMs',
  'queuedMs',
  'resourceUsage',
];

function comparable(value: unknown): unknown {
  const { ...fields } = value as Record<string, unknown>;
  for (const name of VARYING) fields[name] = typeof fields[name];
  return fields;
}

/** In an object, as a handle is a promise itself. */
async function endedRun(engine: ExecutionEngineApi): Promise<{ kill: Execution['kill'] }> {
  const run = engine.run(sh('true'));
  await run;
  return { kill: (signal) => run.kill(signal) };
}

/** What an error says besides its message. */
function parts({ code, reason, errno, syscall, path, isRetryable }: ExecutionError): object {
  return { code, reason, errno, syscall, path, isRetryable };
}

describe("as an engine of one's own", () => {
  const requests: [string, ExecutionRequest][] = [
    ['a success', sh('echo out; echo err >&2')],
    ['a failure', sh('exit 3')],
    ['a death by signal', sh('kill -9 $$')],
    ['a timeout', sh(LONG, { timeoutMs: 100 })],
    ['bytes that are no text', sh("printf '\\377\\000x'")],
    ['input', exec('cat', [], { input: Buffer.from('ä\0b') })],
    ['limits of output', sh('echo 0123456789', { maxOutputSizeBytes: 4 })],
    [
      'environment and metadata',
      sh('echo $A', { env: { A: 'x' }, metadata: { tags: { a: 'b' }, conversationId: 'c' } }),
    ],
    ['one stream', sh('echo 1; echo 2 >&2; echo 3', { mergeStderr: true })],
  ];

  test.each(requests)('gives the same result of %s', async (_, request) => {
    const { client } = await connectedPair();
    const own = await makeEngine().run(request);
    const remote = await client.run(request);
    expect(comparable(remote)).toEqual(comparable(own));
    expect(Object.keys(remote).sort()).toEqual(Object.keys(own).sort());
  });

  const wrong: [string, (engine: ExecutionEngineApi) => PromiseLike<unknown>][] = [
    ['an unknown id', (engine) => engine.getStatus(UNKNOWN)],
    ['an id that is none', (engine) => engine.cancel(1 as never)],
    ['an unknown field', (engine) => engine.execute(sh('true', { timeout: 1 } as never))],
    ['no command', (engine) => engine.execute({} as never)],
    ['a wrong type', (engine) => engine.execute(sh('true', { timeoutMs: '1' as never }))],
    ['an unknown program', (engine) => engine.execute(exec('no-such-program'))],
    ['a timeout too large', (engine) => engine.execute(sh('true', { timeoutMs: 1e12 }))],
    ['no number', (engine) => engine.execute(sh('true', { timeoutMs: Number.NaN }))],
    ['an empty command', (engine) => engine.run(sh(''))],
    ['a bad signal', (engine) => engine.kill(UNKNOWN, 'SIGNONE' as never)],
    ['a signal that is neither', (engine) => engine.kill(UNKNOWN, 1n as never)],
    ['a signal that is no number', (engine) => engine.kill(UNKNOWN, Number.NaN)],
    ['a signal of null', (engine) => engine.kill(UNKNOWN, null as never)],
    [
      'a bad signal for a handle',
      (engine) => endedRun(engine).then((run) => run.kill(1n as never)),
    ],
    ['no number for a handle', (engine) => endedRun(engine).then((run) => run.kill(Number.NaN))],
    [
      'a kill signal that is no number',
      (engine) => engine.execute(sh('true', { killSignal: Number.NaN })),
    ],
    [
      'flags beside an expression',
      (engine) => engine.execute(sh('true', { progress: { pattern: /x/, flags: 'i' } as never })),
    ],
    [
      'a pattern that is neither',
      (engine) => engine.execute(sh('true', { progress: { pattern: 5 } as never })),
    ],
    [
      'progress that is neither',
      (engine) => engine.execute(sh('true', { progress: 'x' as never })),
    ],
    [
      'no service',
      (engine) => engine.execute({ command: { type: 'awsCli', operation: 'ls' } as never }),
    ],
    [
      'a bad strategy',
      (engine) => engine.execute(sh('true', { oversizedOutputStrategy: 'x' as never })),
    ],
    ['a bad encoding', (engine) => engine.getResult(UNKNOWN, { encoding: 'latin1' as never })],
    ['a bad filter', (engine) => engine.listExecutions({ limit: -1 })],
    ['a bad option', (engine) => engine.run(sh('true'), { rejects: true } as never)],
    ['two inputs', (engine) => engine.execute(sh('true', { input: 'a', stdin: 'pipe' }))],
    [
      'a duplicate',
      async (engine) => {
        const id = await engine.execute(sh('true', { id: '7d2f6b1e-0a35-4d0e-9f43-1b0f1c5a2e01' }));
        return engine.execute(sh('true', { id }));
      },
    ],
    [
      'input for one without',
      async (engine) => engine.sendInput(await engine.execute(sh(LONG)), 'x'),
    ],
    [
      'the removal of one that runs',
      async (engine) =>
        engine.removeExecution(
          await engine.execute(sh(LONG, { id: '7d2f6b1e-0a35-4d0e-9f43-1b0f1c5a2e02' })),
        ),
    ],
    [
      'an impatient wait',
      async (engine) => {
        const id = await engine.execute(sh(LONG, { id: '7d2f6b1e-0a35-4d0e-9f43-1b0f1c5a2e03' }));
        return engine.waitForCompletion(id, { timeoutMs: 1 });
      },
    ],
    ['a failure with reject', (engine) => engine.run(sh('exit 4'), { reject: true })],
    [
      'too much output',
      (engine) =>
        engine.run(sh('yes', { maxOutputSizeBytes: 9, oversizedOutputStrategy: 'failExecution' })),
    ],
  ];

  test.each(wrong)('rejects %s with the same error', async (_, act) => {
    const { client } = await connectedPair();
    const own = (await rejection(act(makeEngine()))) as ExecutionError;
    const remote = (await rejection(act(client))) as ExecutionError;
    expect(remote.constructor).toBe(own.constructor);
    const idless = (text: string): string => text.replace(/[\da-f]{8}-[\da-f-]{27}/g, '<id>');
    expect(idless(remote.message)).toBe(idless(own.message));
    expect(parts(remote)).toEqual(parts(own));
    expect(remote.result === undefined).toBe(own.result === undefined);
  });

  test('emits the same events in the same order, on the engine and on the handle', async () => {
    const seen = async (engine: ExecutionEngineApi): Promise<[EventName[], EventName[]]> => {
      const all = record(engine as never);
      const run = engine.run(sh('echo 1; sleep 0.05; echo 2; exit 1'));
      const own = record(run as never);
      await run;
      for (const { payload } of all) expect(payload.executionId).toBe(run.id);
      expect(payloads(own, 'stdout').map(({ line, seq }) => [line, seq])).toEqual([
        ['1', 0],
        ['2', 1],
      ]);
      expect(payloads(all, 'settled')[0]?.result).not.toHaveProperty('stdout');
      return [names(all), names(own)];
    };
    const { client } = await connectedPair();
    expect(await seen(client)).toEqual(await seen(makeEngine()));
  });

  test('the configuration is that of the other side', async () => {
    const { client, engine } = await connectedPair({
      maxTimeoutMs: Number.POSITIVE_INFINITY,
      killSignal: 'SIGINT',
      forceKillAfterDelayMs: false,
      oversizedOutputStrategy: 'streamToFile',
      limits: { cpuSeconds: 9 },
    });
    expect(client.config).toEqual(engine.config);
    expect(Object.isFrozen(client.config)).toBe(true);
  });

  test('every method reaches it', async () => {
    const { client } = await connectedPair({ maxConcurrentExecutions: 1, maxQueuedExecutions: 1 });
    const events = record(client as never);
    const id = await client.execute(
      sh('cat; sleep 60', { stdin: 'pipe', metadata: { tags: { a: 'b' } } }),
    );
    const next = client.run(sh('true'));
    await waitFor('the queue', async () => (await client.queuedCount()) === 1);
    expect(await next.cancel()).toBe(true);
    expect(await next).toMatchObject({ status: 'cancelled', pid: null });
    expect(await client.getResult(id)).toBeNull();
    await waitFor('the start', async () => (await client.getStatus(id)) === 'running');
    expect(await client.runningCount()).toBe(1);
    await client.sendInput(id, 'text ');
    await client.sendInput(id, Uint8Array.of(0xff));
    await client.closeInput(id);
    expect(await client.kill(id, 0)).toBe(true);
    await waitFor('the echo', () => payloads(events, 'stdout').length > 0);
    const idle = client.onIdle();
    expect(await isPending(idle)).toBe(true);
    expect(await client.cancel(id)).toBe(true);
    await idle;
    expect(await client.cancel(id)).toBe(false);
    expect((await client.waitForCompletion(id)).stdout).toBe('text \uFFFD');
    const bytes = present(await client.getResult(id, { encoding: 'buffer' })).stdout;
    expect(bytes).toEqual(new Uint8Array(Buffer.from('text \xff', 'latin1')));
    expect((await client.listExecutions({ tag: 'a=b' })).map((one) => one.id)).toEqual([id]);
    expect(await client.stats()).toMatchObject({ counts: { cancelled: 2 }, retainedRecords: 2 });
    await client.stopCleanupTask();
    await client.startCleanupTask();
    expect(await client.cleanup()).toBe(0);
    await client.removeExecution(id);
    expect(await executionError(client.getStatus(id))).toMatchObject({
      code: 'ERR_EXECUTION_NOT_FOUND',
    });
  });

  test('whoever awaits execute has the id before any event', async () => {
    const { client } = await connectedPair();
    const events = record(client as never);
    for (let i = 0; i < 20; i++) {
      const before = events.length;
      const id = await client.execute(sh('true'));
      expect(events.slice(before).filter(({ payload }) => payload.executionId === id)).toEqual([]);
      await client.waitForCompletion(id);
    }
  });

  test('listeners run in the context of the call', async () => {
    const { client } = await connectedPair();
    const storage = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    client.on('settled', () => seen.push(storage.getStore()));
    await storage.run('run', () => client.run(sh('true')));
    await storage.run('execute', async () => client.execute(sh('true')));
    await waitFor('both', () => seen.length === 2);
    expect(seen).toEqual(['run', 'execute']);
  });
});

describe('a handle', () => {
  test('gives its lines, live, again and late', async () => {
    const { client } = await connectedPair();
    const run = client.run(sh('echo a; echo b >&2; echo c'));
    const live = await collect(run);
    expect(live.filter(({ stream }) => stream === 'stdout').map(({ line }) => line)).toEqual([
      'a',
      'c',
    ]);
    expect(live.map(({ seq }) => seq)).toEqual([0, 1, 2]);
    expect(await collect(run.lines('stdout'))).toEqual(['a', 'c']);
    expect(await collect(run.lines('stderr'))).toEqual(['b']);
    expect(await collect(run)).toEqual(live);
  });

  test('leaving a loop ends nothing, and lets the command go on', async () => {
    const { client } = await connectedPair();
    const run = client.run(exec('seq', ['1400000']));
    for await (const { line } of run) if (line === '3') break;
    expect(await run).toMatchObject({ success: true, stdoutBytes: 10_088_896 });
  });

  test('feeds stdin at the pace of the child', async () => {
    const { client } = await connectedPair({}, { maxLineBytes: MiB / 2 });
    const run = client.run(exec('sha256sum', [], { stdin: 'pipe' }));
    const data = Buffer.alloc(5 * MiB, 'x');
    run.stdin.write(data.subarray(0, MiB));
    run.stdin.end(data.subarray(MiB));
    expect((await run).stdout).toContain(sha256(data));
  });

  test('big input by id goes in pieces', async () => {
    const { client } = await connectedPair({}, { maxLineBytes: 2 * MiB });
    const id = await client.execute(exec('sha256sum', [], { stdin: 'pipe' }));
    const text = 'ä'.repeat(3 * MiB);
    await client.sendInput(id, text);
    await client.closeInput(id);
    expect((await client.waitForCompletion(id)).stdout).toContain(sha256(text));
    const tooLong = await executionError(client.execute(exec('cat', [], { input: text })));
    expect(tooLong).toMatchObject({ code: 'ERR_SERIALIZATION' });
    expect(tooLong.message).toMatch(/6291\d+ bytes on the wire, and at most 2097152 are allowed/);
  });

  test('obeys its signal', async () => {
    const { client, engine } = await connectedPair();
    const reason = new Error('enough');
    const before = await executionError(
      client.run(sh('true'), { signal: AbortSignal.abort(reason), reject: true }),
    );
    expect(before).toMatchObject({ code: 'ERR_CANCELLED', cause: reason, result: { pid: null } });
    expect(await engine.listExecutions()).toEqual([]);
    const control = new AbortController();
    const run = client.run(sh(LONG), { signal: control.signal });
    run.once('started', () => control.abort(reason));
    expect(await run).toMatchObject({ status: 'cancelled' });
    expect(processGroupMembers(present(run.pid))).toEqual([]);
  });

  test('cancels and waits at the end of its block', async () => {
    const { client } = await connectedPair();
    const run = client.run(sh(`echo ready; ${LONG}`));
    for await (const { line } of run) if (line === 'ready') break;
    await run[Symbol.asyncDispose]();
    expect(processGroupMembers(present(run.pid))).toEqual([]);
    expect(await run.kill()).toBe(false);
  });

  test('says early on who it is, and when it is refused', async () => {
    const { client } = await connectedPair();
    const run = client.run(exec('/no/such/program'));
    expect(run.id).toMatch(/^[\da-f-]{36}$/);
    expect(await executionError(collect(run))).toMatchObject({ reason: 'PROGRAM_NOT_FOUND' });
    expect(await run.cancel()).toBe(false);
    expect(await executionError(run)).toMatchObject({ code: 'ERR_VALIDATION' });
  });
});

describe('a slow consumer', () => {
  test('holds its own command back, and nobody else', async () => {
    const { client } = await connectedPair();
    const run = client.run(exec('seq', ['1000000']));
    const iterator = run[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toMatchObject({ line: '1' });
    let [before, same] = [-1, 0];
    await waitFor('the command to wait', () => {
      const written = bytesWritten(present(run.pid));
      same = written === before ? same + 1 : 0;
      before = written;
      return same > 40;
    });
    expect(before).toBeLessThan(5 * MiB);
    expect(await client.run(sh('echo through'))).toMatchObject({ stdout: 'through\n' });
    let [next, wrong] = [2, 0];
    for (let step = await iterator.next(); !step.done; step = await iterator.next()) {
      if (step.value.line !== String(next++)) wrong++;
    }
    expect({ last: next - 1, wrong }).toEqual({ last: 1_000_000, wrong: 0 });
  });

  /** A client, and what is written to it. */
  async function tapped(): Promise<{ client: BridgeClient; written: string[] }> {
    const [there, back] = [new PassThrough(), new PassThrough()];
    const written: string[] = [];
    back.on('data', (chunk: Buffer) => written.push(chunk.toString()));
    void serveBridge(makeEngine(), { readable: there, writable: back });
    return { client: await connectBridge({ readable: back, writable: there }), written };
  }

  test('is sent no more of what is kept than it takes', async () => {
    const { client, written } = await tapped();
    const run = client.run(exec('seq', ['1000000']));
    await run;
    written.length = 0;
    const iterator = run[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toMatchObject({ line: '1' });
    await client.stats();
    expect(written.join('').length).toBeLessThan(3 * MiB);
    let last = '1';
    for (let step = await iterator.next(); !step.done; step = await iterator.next()) {
      last = step.value.line;
    }
    expect(last).toBe('1000000');
  });

  test('lines cross only while somebody wants them', async () => {
    const { client, written } = await tapped();
    const crossed = async (): Promise<boolean> => {
      written.length = 0;
      await client.run(sh('echo needle$((40 + 2))'));
      const said = written.join('').split('\n');
      return said.some((line) => line.includes('"output"') && line.includes('needle42'));
    };
    expect(await crossed()).toBe(false);
    const listener = (): void => undefined;
    client.on('stdout', listener);
    expect(await crossed()).toBe(true);
    client.off('stdout', listener);
    expect(await crossed()).toBe(false);
  });
});

describe('a connection that is lost', () => {
  test('rejects everything that is pending, with the reason', async () => {
    const { client, cut, served } = await connectedPair();
    const run = client.run(sh(LONG));
    const lines = collect(client.run(sh(LONG)));
    const id = await client.execute(sh(LONG));
    const pending = [run, lines, client.waitForCompletion(id), client.onIdle()];
    const settled = Promise.allSettled(pending);
    await waitFor('the start', () => run.pid);
    const reason = new Error('cable');
    cut(reason);
    for (const one of await settled) {
      expect(one).toMatchObject({
        status: 'rejected',
        reason: {
          code: 'ERR_ENGINE_CLOSED',
          cause: reason,
          message: 'Execution engine is out of reach: cable',
        },
      });
      expect((one as PromiseRejectedResult).reason).toBeInstanceOf(ExecutionError);
    }
    expect(await client.closed).toBe(reason);
    expect(await executionError(client.stats())).toMatchObject({ code: 'ERR_ENGINE_CLOSED' });
    expect(await executionError(client.run(sh('true')))).toMatchObject({
      code: 'ERR_ENGINE_CLOSED',
    });
    expect(await run.cancel()).toBe(false);
    await client.shutdown();
    await served;
    expect(processGroupMembers(present(run.pid))).toEqual([]);
  });

  test('shutdown is no loss: what is pending comes to its end first', async () => {
    const { client, served } = await connectedPair();
    const run = client.run(sh(`echo x; ${LONG}`));
    const other = client.run(sh(LONG));
    for await (const { line } of run) if (line === 'x') break;
    const shutdown = client.shutdown({ graceMs: 10 });
    expect(client.shutdown()).toBe(shutdown);
    expect(await executionError(client.execute(sh('true')))).toMatchObject({
      code: 'ERR_ENGINE_CLOSED',
    });
    await shutdown;
    expect(await run).toMatchObject({ status: 'cancelled', stdout: 'x\n' });
    expect(await other).toMatchObject({ status: 'cancelled' });
    expect(await served).toBe('shutdown');
    expect(await client.closed).toBeUndefined();
    expect(await executionError(client.stats())).toMatchObject({
      code: 'ERR_ENGINE_CLOSED',
      message: 'Execution engine is shut down',
    });
  });

  test('what shutdown ended is whole, though its end comes in one turn with that of the engine', async () => {
    const { client, engine } = await connectedPair();
    const runs = Array.from({ length: 5 }, () => client.run(sh(`echo x; ${LONG}`)));
    for (const run of runs) for await (const { line } of run) if (line === 'x') break;
    const shutdown = engine.shutdown.bind(engine);
    engine.shutdown = (options) => {
      const ended = shutdown(options);
      blockUntil('all are gone', () => !runs.some(({ pid }) => processExists(present(pid))));
      // The engine may be through by then as well, which nothing here can tell.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
      return ended;
    };
    await client.shutdown({ graceMs: 10 });
    const whole = { status: 'cancelled', stdout: 'x\n' };
    expect(await Promise.all(runs)).toMatchObject(runs.map(() => whole));
  });

  test('shutdown leaves a slow iterator every line', async () => {
    const { client } = await connectedPair();
    const written = join(tempDir(), 'written');
    // More than goes to a reader that has said of nothing that it is taken.
    const run = client.run(sh(`seq 1 100000; : > ${written}; ${LONG}`));
    const taken: number[] = [];
    for await (const { line } of run) {
      taken.push(Number(line));
      if (taken.length > 1) continue;
      await waitFor('all is written', () => existsSync(written));
      await client.shutdown({ graceMs: 10 });
    }
    expect(taken).toEqual(Array.from({ length: 100_000 }, (_, at) => at + 1));
  });
});

describe('connecting', () => {
  const stdio = ['pipe', 'pipe', 'ignore'] as ['pipe', 'pipe', 'ignore'];

  test('to a program that is no bridge', async () => {
    const error = await executionError(connectBridge(spawn('echo', ['hello'], { stdio })));
    expect(error).toMatchObject({ code: 'ERR_ENGINE_CLOSED' });
    expect(error.message).toBe(
      'Execution engine is out of reach: What came is not of the bridge: hello',
    );
  });

  const hello = { protocol: 1, pid: 1, max_line_bytes: 4096, config: {} };
  const event = { execution_id: 'x', timestamp: '2026-01-02T03:04:05.678Z' };

  test.each([
    ['an event without a payload', { type: 'event' }],
    ['an event of nothing', { type: 'event', payload: { event_type: 'started' } }],
    ['a line without text', { type: 'event', payload: { ...event, event_type: 'stdout' } }],
    ['an end without a result', { type: 'event', payload: { ...event, event_type: 'completed' } }],
    ['lines that are none', { type: 'lines', reader: 1, payload: { lines: 'x' } }],
    ['an error without a message', { type: 'response', seq: 2, error: { code: 'ERR_IO' } }],
    ['an answer to something else', { type: 'response', seq: 2, payload: 7 }],
  ])('%s ends the connection, and says why', async (_, message) => {
    const [there, back] = [new PassThrough(), new PassThrough()];
    const connecting = connectBridge({ readable: back, writable: there });
    back.write(`${JSON.stringify({ type: 'response', seq: 1, payload: hello })}\n`);
    const client = await connecting;
    const asked = executionError(client.stats());
    back.write(`${JSON.stringify(message)}\n`);
    const error = await asked;
    expect(error).toMatchObject({ code: 'ERR_ENGINE_CLOSED' });
    expect(error.message).toContain('What came is not of the bridge: ');
    expect(await client.closed).toBeInstanceOf(Error);
  });

  test('to a program that ends', async () => {
    const error = await executionError(connectBridge(spawn('sh', ['-c', 'exit 7'], { stdio })));
    expect(error.message).toBe('Execution engine is out of reach: The process ended with code 7');
  });

  test('to a program that is not there', async () => {
    const error = await executionError(connectBridge(spawn('/no/such/program', { stdio })));
    expect(error).toMatchObject({ code: 'ERR_ENGINE_CLOSED', cause: { code: 'ENOENT' } });
  });

  test('to one whose output is closed on this side, which ends it', async () => {
    const { child } = startBridge();
    const client = await connectBridge(child);
    const run = client.run(sh(LONG));
    await waitFor('the start', () => run.pid);
    child.stdout?.destroy();
    expect(await executionError(run)).toMatchObject({
      code: 'ERR_ENGINE_CLOSED',
      message: 'Execution engine is out of reach: Its output is closed',
    });
    await waitFor('its end', () => child.exitCode !== null);
    expect(processExists(present(run.pid))).toBe(false);
  });

  test('to one that says nothing', async () => {
    const child = spawn('sleep', ['60'], { stdio });
    const error = await executionError(connectBridge(child, { timeoutMs: 50 }));
    expect(error).toMatchObject({ code: 'ERR_WAIT_TIMEOUT' });
    child.kill();
  });

  test('can be given up', async () => {
    const child = spawn('sleep', ['60'], { stdio });
    const control = new AbortController();
    const connecting = rejection(connectBridge(child, { signal: control.signal }));
    control.abort(new Error('enough'));
    expect(await connecting).toMatchObject({ message: 'enough' });
    expect(await rejection(connectBridge(child, { signal: control.signal }))).toMatchObject({
      message: 'enough',
    });
    child.kill();
  });

  test.each([[undefined], [{}], [{ readable: 1 }], [{ stdin: null, stdout: null }], [{ send: 1 }]])(
    'over %j is refused',
    async (connection) => {
      expect(await rejection(connectBridge(connection as never))).toMatchObject({
        code: 'ERR_INVALID_ARG_TYPE',
        message: expect.stringContaining('"connection" argument must be a child process'),
      });
    },
  );

  test.each([
    ['signal', { signal: 5 }, 'ERR_INVALID_ARG_TYPE'],
    ['signal', { signal: {} }, 'ERR_INVALID_ARG_TYPE'],
    ['timeoutMs', { timeoutMs: -1 }, 'ERR_OUT_OF_RANGE'],
  ])('with a wrong %s is refused: %j', async (name, options, code) => {
    const error = await rejection(connectBridge(new PassThrough(), options as never));
    expect(error).toMatchObject({ code, message: expect.stringContaining(`"options.${name}"`) });
  });

  test('over a socket, and without an end of the engine', async () => {
    const path = join(tempDir(), 'engine.sock');
    const engine = makeEngine();
    const ends: string[] = [];
    const server = createServer(async (socket: Socket) => {
      const streams = { readable: socket, writable: socket };
      ends.push(await serveBridge(engine, streams, { atEnd: 'leave' }));
      socket.end();
    }).listen(path);
    for (const text of ['one', 'two']) {
      const socket = connect(path);
      const client = await connectBridge(socket);
      expect((await client.run(sh(`echo ${text}`))).stdout).toBe(`${text}\n`);
      socket.end();
      await client.closed;
    }
    await waitFor('both to end', () => ends.length === 2);
    expect(ends).toEqual(['input', 'input']);
    expect(await engine.listExecutions()).toHaveLength(2);
    await new Promise((resolve) => server.close(resolve));
  });

  test('to an engine that is left: who asks no more gets the answers to what he asked', async () => {
    const engine = makeEngine();
    const [there, back] = [new PassThrough(), new PassThrough()];
    const streams = { readable: there, writable: back };
    const served = serveBridge(engine, streams, { atEnd: 'leave' });
    const run = engine.run(sh('read _; echo done', { stdin: 'pipe' }));
    await waitFor('the start', () => run.pid);
    there.end(`${JSON.stringify({ type: 'wait_for_completion', seq: 1, id: run.id })}\n`);
    expect(await isPending(served)).toBe(true);
    run.stdin.end('\n');
    expect(await served).toBe('input');
    expect(JSON.parse(String(back.read()))).toMatchObject({
      seq: 1,
      payload: { stdout: 'done\n' },
    });
    expect(await engine.runningCount()).toBe(0);
  });

  test('to an engine that is left: who is gone is not waited for', async () => {
    const engine = makeEngine();
    const [there, back] = [new PassThrough(), new PassThrough()];
    const streams = { readable: there, writable: back };
    const served = serveBridge(engine, streams, { atEnd: 'leave' });
    const run = engine.run(sh(LONG));
    there.end(`${JSON.stringify({ type: 'wait_for_completion', seq: 1, id: run.id })}\n`);
    expect(await isPending(served)).toBe(true);
    back.destroy();
    expect(await served).toBe('output');
    expect(await run.cancel()).toBe(true);
  });

  test('over anything that carries lines', async () => {
    const [there, back] = [new PassThrough(), new PassThrough()];
    const served = serveBridge(makeEngine(), { readable: there, writable: back });
    const sent: string[] = [];
    const client = await connectBridge({
      send: (line) => {
        sent.push(JSON.parse(line).type);
        there.write(`${line}\n`);
      },
      // With their ends, and empty ones between, as the shell plugin of Tauri may give them.
      onLine(callback) {
        back.setEncoding('utf8');
        let rest = '';
        back.on('data', (text: string) => {
          const lines = (rest + text).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) {
            callback(`${line}\n`);
            callback('');
          }
        });
      },
      close: () => there.end(),
    });
    expect(await collect(client.run(sh('echo 1; echo 2')).lines())).toEqual(['1', '2']);
    client.run(sh(LONG));
    await client.shutdown({ graceMs: 0 });
    expect(await served).toBe('shutdown');
    // What is asked first is answered first: else the result might be gone.
    expect(sent.slice(-3)).toEqual(['execute', 'wait_for_completion', 'shutdown']);
  });

  test('to a process, without loading the addon in this one', async () => {
    expect(await reportOf('bridge-client.cjs')).toEqual({
      lines: [
        ['stderr', 'two'],
        ['stdout', 'one'],
      ],
      stdout: 'one\n',
      isOther: true,
      addonLoaded: false,
    });
  });
});

describe('an engine that others use too', () => {
  const shared = { atEnd: 'leave' } as const;

  async function connected(
    engine: ExecutionEngine,
  ): Promise<{ client: BridgeClient; served: Promise<string> }> {
    const [there, back] = [new PassThrough(), new PassThrough()];
    const served = serveBridge(engine, { readable: there, writable: back }, shared);
    return { client: await connectBridge({ readable: back, writable: there }), served };
  }

  test('shutdown ends what its connection began, and nothing else', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 2, maxQueuedExecutions: 2 });
    const [one, other] = [await connected(engine), await connected(engine)];
    const others = other.client.run(sh('read _; echo done', { stdin: 'pipe' }));
    await waitFor('the start', () => others.pid);
    // Ends at nothing but SIGKILL.
    const deaf = one.client.run(
      sh("trap '' TERM; echo ready; while :; do sleep 0.01; done", {
        forceKillAfterDelayMs: false,
      }),
    );
    const queued = one.client.run(sh('true'));
    for await (const { line } of deaf) if (line === 'ready') break;
    await one.client.shutdown({ graceMs: 10 });
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

  test('shutdown is answered behind all that was asked before, and nothing begins any more', async () => {
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
    expect(answers.at(-1)).toEqual({ type: 'response', seq: 4, payload: null });
    answers.sort((a, b) => a.seq - b.seq);
    expect(answers).toMatchObject([
      { seq: 1, payload: {} },
      { seq: 2, payload: { stdout: 'done\n' } },
      { seq: 3, error: { code: 'ERR_OUT_OF_RANGE' } },
      { seq: 4, payload: null },
      { seq: 5, error: { code: 'ERR_ENGINE_CLOSED' } },
    ]);
  });
});

describe('a reader that is slower than the end', () => {
  const kept = 'seq 1 20000';
  const output = Array.from({ length: 20_000 }, (_, at) => `${at + 1}\n`).join('');

  /** Serves to nobody who reads. */
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
    ['the end of the input, and of what runs', { atEnd: 'wait' }, '', 'input'],
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

  test('gets the whole result of what ends with the engine', async () => {
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

describe('one socket for both ways', () => {
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

  test('is left open for the answers by the end of the input', async () => {
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

  test('is left open for the answers by the end of the engine', async () => {
    const [near, far] = await connectedSockets();
    const engine = makeEngine();
    const served = serveBridge(engine, { readable: far, writable: far });
    // More than the sockets take while nobody reads.
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

  test('is closed when a service that is aborted cannot say its last words', async () => {
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

test.each([
  ['options.graceMs', { graceMs: -1 }, 'ERR_OUT_OF_RANGE'],
  ['options.graceMs', { graceMs: 'x' }, 'ERR_INVALID_ARG_TYPE'],
  ['options.signal', { signal: 5 }, 'ERR_INVALID_ARG_TYPE'],
  ['options.atEnd', { atEnd: 'x' }, 'ERR_INVALID_ARG_VALUE'],
  ['options.maxLineBytes', { maxLineBytes: Number.NaN }, 'ERR_OUT_OF_RANGE'],
])('serving with wrong %s is refused before anything is read: %j', async (name, options, code) => {
  const [there, back] = [new PassThrough(), new PassThrough()];
  const line = '{"type":"hello"}\n';
  there.end(line);
  const served = serveBridge(makeEngine(), { readable: there, writable: back }, options as never);
  expect(await rejection(served)).toMatchObject({
    code,
    message: expect.stringContaining(`"${name}"`),
  });
  expect(String(there.read())).toBe(line);
});

test.each([
  ['streams', undefined],
  ['streams.readable', {}],
  ['streams.writable', { readable: new PassThrough(), writable: 5 }],
])('serving without %s is refused', async (name, streams) => {
  expect(await rejection(serveBridge(makeEngine(), streams as never))).toMatchObject({
    code: 'ERR_INVALID_ARG_TYPE',
    message: expect.stringContaining(`"${name}"`),
  });
});

test('whoever waits gets the output, also where the record is dropped right behind the end', async () => {
  const { client } = await connectedPair({ maxInMemoryExecutions: 1 });
  const go = join(tempDir(), 'go');
  const runs = [1, 2, 3].map((n) => {
    return client.run(sh(`until [ -e ${go} ]; do sleep 0.01; done; echo ${n}`));
  });
  const results = Promise.all(runs.map(({ result }) => result));
  await Promise.all(runs.map((run) => new Promise((resolve) => run.once('started', resolve))));
  writeFileSync(go, '');
  // Until they have ended, and the engine has had the time for a pass of its retention.
  blockUntil('the ends', () => runs.every(({ pid }) => !processExists(present(pid))));
  const later = performance.now() + 100;
  while (performance.now() < later);
  expect((await results).map(({ stdout }) => stdout)).toEqual(['1\n', '2\n', '3\n']);
});

test('no line comes ahead of the start, though both come in one turn', async () => {
  const { client, engine } = await connectedPair();
  const said = join(tempDir(), 'said');
  const run = engine.run.bind(engine) as ExecutionEngineApi['run'];
  engine.run = ((request: ExecutionRequest) => {
    // Behind the question for its lines, which comes in one piece with the request.
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

test('what the other side has forgotten is told as far as it is known', async () => {
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

test('what was asked before the end of the input is answered, however late', async () => {
  class LateEngine extends ExecutionEngine {
    /** Known only when the engine has ended. */
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
