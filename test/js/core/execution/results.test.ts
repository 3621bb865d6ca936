import type { ResourceUsage } from 'escher-execution-engine';
import { chunks, exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { executionError, present } from '../../support/expectations';
import { reportOf } from '../../support/hosts';
import { waitFor } from '../../support/wait';

/** One byte sequence for every rule about invalid UTF-8. */
const invalid = Buffer.from(
  'fe 41 80 42 c0af 43 e282 44 f09f98 45 eda080 46 f4908080 47 ff e2 82'.replaceAll(' ', ''),
  'hex',
);

describe('a result', () => {
  test('of a success has exactly the documented fields', async () => {
    const engine = makeEngine();
    const before = Date.now();
    const id = await engine.execute(sh('echo out; echo err >&2', { metadata: { source: 'test' } }));
    const result = await engine.waitForCompletion(id);
    expect(result).toEqual({
      id,
      status: 'completed',
      success: true,
      exitCode: 0,
      signal: null,
      stdout: 'out\n',
      stderr: 'err\n',
      stdoutBytes: 4,
      stderrBytes: 4,
      stdoutTruncated: false,
      stderrTruncated: false,
      stdoutOverflowFile: null,
      stderrOverflowFile: null,
      overflowError: null,
      logError: null,
      outputIncomplete: false,
      outputDropped: false,
      logFile: null,
      recordError: null,
      recordFile: null,
      pid: expect.any(Number),
      startedAt: expect.any(Number),
      completedAt: expect.any(Number),
      durationMs: expect.any(Number),
      queuedMs: expect.any(Number),
      launchMs: expect.any(Number),
      resourceUsage: {
        userCpuMs: expect.any(Number),
        systemCpuMs: expect.any(Number),
        maxRssBytes: expect.any(Number),
      },
      error: null,
      termination: null,
      command: 'echo out; echo err >&2',
      key: null,
      metadata: { source: 'test' },
    });
    // Both sides of the wall clock, to the millisecond and its rounding.
    expect(result.startedAt).toBeGreaterThanOrEqual(before - 1);
    expect(result.completedAt).toBeLessThanOrEqual(Date.now() + 1);
    expect(result.completedAt).toBeGreaterThanOrEqual(result.startedAt);
    expect(result.durationMs).toBeGreaterThan(0);
  });

  test('is plain data', async () => {
    const engine = makeEngine();
    const result = await engine.run(sh('echo hi; exit 3'));
    expect(structuredClone(result)).toEqual(result);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  test.each([1, 3, 126, 127, 128, 255])('of exit code %d is a failure', async (code) => {
    const engine = makeEngine();
    expect(await engine.run(sh(`echo before; exit ${code}`))).toMatchObject({
      status: 'failed',
      success: false,
      exitCode: code,
      signal: null,
      stdout: 'before\n',
      error: { code: 'ERR_COMMAND_FAILED', message: `Command failed with exit code ${code}` },
    });
  });

  // 9 as an exit code is not a death by signal 9.
  test('distinguishes exit code 9 from SIGKILL', async () => {
    const engine = makeEngine();
    expect(await engine.run(sh('exit 9'))).toMatchObject({ exitCode: 9, signal: null });
    expect(await engine.run(sh('kill -KILL $$'))).toMatchObject({
      exitCode: null,
      signal: 'SIGKILL',
    });
  });

  test.each(['SIGTERM', 'SIGKILL', 'SIGSEGV', 'SIGUSR1', 'SIGPIPE'])(
    'of a death by %s',
    async (signal) => {
      const engine = makeEngine();
      const result = await engine.run(sh(`ulimit -c 0; kill -${signal.slice(3)} $$`));
      expect(result).toMatchObject({
        status: 'failed',
        success: false,
        exitCode: null,
        signal,
        error: { code: 'ERR_COMMAND_FAILED' },
      });
    },
  );

  test('without metadata has an empty object', async () => {
    const engine = makeEngine();
    expect((await engine.run(exec('/bin/true'))).metadata).toEqual({});
  });

  test('returns metadata as JSON does', async () => {
    const engine = makeEngine();
    const metadata = { source: 'ü€', tags: { region: 'eu' }, nested: { list: [1, null, 'x'] } };
    expect((await engine.run(exec('/bin/true', [], { metadata }))).metadata).toEqual(metadata);
  });

  test('rejects metadata that JSON cannot represent', async () => {
    const engine = makeEngine();
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const error = await executionError(
      engine.execute(exec('/bin/true', [], { metadata: circular })),
    );
    expect(error.code).toBe('ERR_SERIALIZATION');
    expect(await engine.listExecutions()).toEqual([]);
  });

  test('reports the resource usage of the process', async () => {
    // In a small host: Linux counts in what was resident in the host at the launch.
    const [used, little] = await reportOf<[ResourceUsage, ResourceUsage]>('resource-usage.cjs');
    expect(used.maxRssBytes).toBeGreaterThan(200_000_000);
    expect(used.maxRssBytes).toBeLessThan(400_000_000);
    expect(little.maxRssBytes).toBeLessThan(used.maxRssBytes);
    expect(used.userCpuMs).toBeGreaterThan(little.userCpuMs);
    expect(little.systemCpuMs).toBeGreaterThanOrEqual(0);
  });

  test('measures durations with a monotonic clock', async () => {
    const engine = makeEngine();
    const [short, long] = await Promise.all([
      engine.run(exec('/bin/true')),
      engine.run(sh('sleep 0.5')),
    ]);
    expect(long.durationMs).toBeGreaterThanOrEqual(500);
    expect(short.durationMs).toBeLessThan(long.durationMs);
  });
});

describe('getResult', () => {
  test('is null while the execution is not finished', async () => {
    const engine = makeEngine();
    const id = await engine.execute(sh(LONG));
    expect(await engine.getResult(id)).toBeNull();
    expect(await engine.getResult(id, { encoding: 'buffer' })).toBeNull();
    await engine.cancel(id);
    await engine.waitForCompletion(id);
    expect(await engine.getResult(id)).toMatchObject({ status: 'cancelled' });
  });

  test('resolves with the result of waitForCompletion', async () => {
    const engine = makeEngine();
    const id = await engine.execute(sh('echo hi'));
    const result = await engine.waitForCompletion(id);
    expect(await engine.getResult(id)).toEqual(result);
    expect(await engine.waitForCompletion(id)).toEqual(result);
  });

  test('gives the exact bytes', async () => {
    const engine = makeEngine();
    const id = await engine.execute(chunks([invalid, Buffer.from([0, 13, 10, 10])]));
    await engine.waitForCompletion(id);
    const result = present(await engine.getResult(id, { encoding: 'buffer' }));
    expect(ArrayBuffer.isView(result.stdout)).toBe(true);
    expect(Buffer.from(result.stdout)).toEqual(
      Buffer.concat([invalid, Buffer.from([0, 13, 10, 10])]),
    );
    expect(Buffer.from(result.stderr)).toHaveLength(0);
  });
});

describe('decoding', () => {
  const decode = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

  test('replaces invalid UTF-8 by U+FFFD, as the WHATWG rules say', async () => {
    const engine = makeEngine();
    expect((await engine.run(chunks([invalid]))).stdout).toBe(decode(invalid));
  });

  test('every single byte', async () => {
    const engine = makeEngine();
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    expect((await engine.run(chunks([bytes]))).stdout).toBe(decode(bytes));
  });

  test('does not depend on how the bytes are cut', async () => {
    const engine = makeEngine();
    const pieces = [...invalid].map((byte) => Uint8Array.of(byte));
    const result = await engine.run(chunks(pieces));
    expect(result.stdout).toBe(decode(invalid));
    expect(result.stdoutBytes).toBe(invalid.length);
  });

  test('keeps a code point that is split into three reads', async () => {
    const engine = makeEngine();
    const euro = Buffer.from('€');
    const result = await engine.run(
      chunks(['a', euro.subarray(0, 1), euro.subarray(1, 2), euro.subarray(2), 'b\n']),
    );
    expect(result.stdout).toBe('a€b\n');
  });

  test('keeps NUL bytes and a lone carriage return', async () => {
    const engine = makeEngine();
    const result = await engine.run(sh(String.raw`printf 'a\0b\rc\r\nd'`));
    expect(result.stdout).toBe('a\0b\rc\r\nd');
  });
});

describe('mergeStderr', () => {
  test('gives both streams in their true order, as stdout', async () => {
    const engine = makeEngine();
    const script = 'i=0; while [ $i -lt 200 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done';
    const result = await engine.run(sh(script, { mergeStderr: true }));
    const expected = Array.from({ length: 200 }, (_, index) => `out ${index}\nerr ${index}\n`).join(
      '',
    );
    expect(result).toMatchObject({ stdout: expected, stderr: '', stderrBytes: 0 });
  });
});

describe('waitForCompletion', () => {
  test('settles at once when called late', async () => {
    const engine = makeEngine();
    const id = await engine.execute(sh('exit 4'));
    await engine.waitForCompletion(id);
    expect((await engine.waitForCompletion(id)).exitCode).toBe(4);
  });

  test('settles for every waiter', async () => {
    const engine = makeEngine();
    const id = await engine.execute(sh('read _; echo done', { stdin: 'pipe' }));
    const waits = Array.from({ length: 10 }, () => engine.waitForCompletion(id));
    await engine.closeInput(id);
    for (const result of await Promise.all(waits)) expect(result.stdout).toBe('done\n');
  });

  test('timeoutMs ends the wait and not the execution', async () => {
    const engine = makeEngine();
    const id = await engine.execute(sh('read _; echo done', { stdin: 'pipe' }));
    const error = await executionError(engine.waitForCompletion(id, { timeoutMs: 20 }));
    expect(error.code).toBe('ERR_WAIT_TIMEOUT');
    await waitFor('the start', async () => (await engine.getStatus(id)) === 'running');
    await engine.closeInput(id);
    expect((await engine.waitForCompletion(id, { timeoutMs: 30_000 })).stdout).toBe('done\n');
  });
});

describe('listExecutions', () => {
  test('is newest first, with the documented fields', async () => {
    const engine = makeEngine();
    const ids: string[] = [];
    for (const word of ['one', 'two', 'three']) {
      const id = await engine.execute(sh(`echo ${word}`, { metadata: { word } }));
      await engine.waitForCompletion(id);
      ids.push(id);
    }
    const list = await engine.listExecutions();
    expect(list.map(({ id }) => id)).toEqual([...ids].reverse());
    expect(list[0]).toEqual({
      id: ids[2],
      status: 'completed',
      exitCode: 0,
      signal: null,
      command: 'echo three',
      key: null,
      startedAt: expect.any(Number),
      durationMs: expect.any(Number),
      metadata: { word: 'three' },
    });
  });

  test('filters by status, tag and number', async () => {
    const engine = makeEngine();
    const eu = { tags: { region: 'eu', env: 'prod' } };
    const us = { tags: { region: 'us' } };
    const good = await engine.execute(sh('true', { metadata: eu }));
    const bad = await engine.execute(sh('false', { metadata: us }));
    await Promise.all([good, bad].map((id) => engine.waitForCompletion(id)));
    const running = await engine.execute(sh(LONG, { metadata: eu }));
    const found = async (filter: Parameters<typeof engine.listExecutions>[0]) =>
      (await engine.listExecutions(filter)).map(({ id }) => id).sort();

    expect(await found({ status: 'failed' })).toEqual([bad]);
    expect(await found({ status: ['completed', 'failed'] })).toEqual([good, bad].sort());
    expect(await found({ status: 'timeout' })).toEqual([]);
    expect(await found({ tag: 'region' })).toEqual([good, bad, running].sort());
    expect(await found({ tag: 'region=eu' })).toEqual([good, running].sort());
    expect(await found({ tag: 'region=eu', status: 'completed' })).toEqual([good]);
    expect(await found({ tag: 'regio' })).toEqual([]);
    expect(await found({ limit: 1 })).toEqual([running]);
    expect(await found({ limit: 2, status: 'completed' })).toEqual([good]);
  });
});
