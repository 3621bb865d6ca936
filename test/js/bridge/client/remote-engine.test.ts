import { AsyncLocalStorage } from 'node:async_hooks';
import type {
  Execution,
  ExecutionEngineApi,
  ExecutionError,
  ExecutionRequest,
} from 'escher-execution-engine';

import { connectedPair } from '../../support/bridge';
import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { type EventName, names, payloads, record } from '../../support/events';
import { executionError, present, rejection } from '../../support/expectations';
import { isPending, waitFor } from '../../support/wait';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

/** The fields that differ from run to run. */
const VARYING = [
  'id',
  'pid',
  'startedAt',
  'completedAt',
  'durationMs',
  'queuedMs',
  'launchMs',
  'resourceUsage',
];

function comparable(value: unknown): unknown {
  const { ...fields } = value as Record<string, unknown>;
  for (const name of VARYING) fields[name] = typeof fields[name];
  return fields;
}

/** In an object, because a handle is a promise. */
async function endedRun(engine: ExecutionEngineApi): Promise<{ kill: Execution['kill'] }> {
  const run = engine.run(sh('true'));
  await run;
  return { kill: (signal) => run.kill(signal) };
}

/** The properties of an error besides its message. */
function parts({ code, reason, errno, syscall, path, isRetryable }: ExecutionError): object {
  return { code, reason, errno, syscall, path, isRetryable };
}

describe('a client behaves like a local engine', () => {
  const requests: [string, ExecutionRequest][] = [
    ['a success', sh('echo out; echo err >&2')],
    ['a failure', sh('exit 3')],
    ['a death by signal', sh('kill -9 $$')],
    ['a timeout', sh(LONG, { timeoutMs: 100 })],
    ['bytes that are not text', sh("printf '\\377\\000x'")],
    ['input', exec('cat', [], { input: Buffer.from('ä\0b') })],
    ['limits of output', sh('echo 0123456789', { maxOutputSizeBytes: 4 })],
    [
      'environment and metadata',
      sh('echo $A', { env: { A: 'x' }, metadata: { tags: { a: 'b' }, conversationId: 'c' } }),
    ],
    ['one stream', sh('echo 1; echo 2 >&2; echo 3', { mergeStderr: true })],
  ];

  test.each(requests)('returns the same result for %s', async (_, request) => {
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
    ['a signal that is NaN', (engine) => engine.kill(UNKNOWN, Number.NaN)],
    ['a signal of null', (engine) => engine.kill(UNKNOWN, null as never)],
    [
      'a bad signal for a handle',
      (engine) => endedRun(engine).then((run) => run.kill(1n as never)),
    ],
    ['no number for a handle', (engine) => endedRun(engine).then((run) => run.kill(Number.NaN))],
    [
      'a kill signal that is NaN',
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

  test('config is the configuration of the served engine', async () => {
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

  test('every method reaches the served engine', async () => {
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

  test('a secret that is added is redacted in what runs, and in what has ended', async () => {
    const { client } = await connectedPair();
    const ended = await client.run(sh('echo hunter2-and-more'));
    const run = client.run(sh('read -r line; echo "$line"', { stdin: 'pipe' }));
    await client.addSecret('hunter2-and-more');
    await client.sendInput(run.id, 'hunter2-and-more\n');
    expect((await run).stdout).toBe('***\n');
    expect(present(await client.getResult(ended.id)).stdout).toBe('***\n');
    for (const bad of ['abc', 7]) {
      const [remote, local] = await Promise.all(
        [client, makeEngine()].map((one) => rejection(one.addSecret(bad as string))),
      );
      const { code, message } = local as ExecutionError;
      expect(remote).toMatchObject({ code, message });
    }
  });

  test('execute resolves before any event is emitted', async () => {
    const { client } = await connectedPair();
    const events = record(client as never);
    for (let i = 0; i < 20; i++) {
      const before = events.length;
      const id = await client.execute(sh('true'));
      expect(events.slice(before).filter(({ payload }) => payload.executionId === id)).toEqual([]);
      await client.waitForCompletion(id);
    }
  });

  test('listeners run in the async context of the call', async () => {
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
