import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { exec, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { payloads, record } from '../../support/events';
import { executionError, present, rejection, sha256 } from '../../support/expectations';
import { isPending, waitFor } from '../../support/wait';

const MiB = 1_048_576;
const large = randomBytes(8 * MiB);
const hashed = `${sha256(large)}  -\n`;
const UNKNOWN = '00000000-0000-4000-8000-000000000000';

describe('without input', () => {
  test('a child reads the null device', async () => {
    const engine = makeEngine();
    const result = await engine.run(sh('cat; readlink /proc/self/fd/0'));
    expect(result).toMatchObject({ status: 'completed', stdout: '/dev/null\n' });
    expect((await engine.run(sh('cat', { stdin: 'ignore' }))).stdout).toBe('');
  });

  test('a handle has no stdin', () => {
    const engine = makeEngine();
    expect(engine.run(sh('cat')).stdin).toBeUndefined();
    expect(engine.run(sh('cat', { input: 'x' })).stdin).toBeUndefined();
  });
});

describe('input', () => {
  test.each([
    ['a string', 'one\ntwo'],
    ['an empty string', ''],
    ['characters of several bytes', 'é€😀\n'],
    ['NUL bytes', 'a\0b'],
  ])('%s is written, then stdin is closed', async (_, input) => {
    const engine = makeEngine();
    expect(await engine.run(sh('cat', { input }))).toMatchObject({
      status: 'completed',
      stdout: input,
    });
  });

  test('accepts every form of binary data', async () => {
    const engine = makeEngine();
    const bytes = Uint8Array.from([0, 255, 10, 13, 128, 1]);
    const backing = Uint8Array.from([9, 9, ...bytes, 9]);
    const forms = [
      bytes,
      Buffer.from(bytes),
      bytes.buffer,
      new DataView(backing.buffer, 2, bytes.length),
      backing.subarray(2, 2 + bytes.length),
    ];
    for (const input of forms) {
      const id = await engine.execute(sh('cat', { input }));
      await engine.waitForCompletion(id);
      const result = present(await engine.getResult(id, { encoding: 'buffer' }));
      expect([...result.stdout]).toEqual([...bytes]);
    }
  });

  test('is copied at the call', async () => {
    const engine = makeEngine();
    const input = Buffer.from('before');
    const execution = engine.run(sh('cat', { input }));
    input.fill('x');
    expect((await execution).stdout).toBe('before');
  });

  test('of 8 MiB arrives complete', async () => {
    const engine = makeEngine();
    expect((await engine.run(exec('sha256sum', [], { input: large }))).stdout).toBe(hashed);
  });

  test('of 8 MiB is echoed complete', async () => {
    const engine = makeEngine({ maxOutputSizeBytes: 10 * MiB });
    const id = await engine.execute(sh('cat', { input: large }));
    await engine.waitForCompletion(id);
    const result = present(await engine.getResult(id, { encoding: 'buffer' }));
    expect(sha256(result.stdout)).toBe(sha256(large));
  });

  test.each([
    ['reads none of it', 'true'],
    ['reads one byte of it', 'head -c 1 >/dev/null'],
    ['closes it and goes on', 'exec 0<&-; sleep 0.2; echo done'],
  ])('a child that %s causes no error', async (_, command) => {
    const engine = makeEngine();
    expect(await engine.run(sh(command, { input: large }))).toMatchObject({
      status: 'completed',
      exitCode: 0,
      signal: null,
      error: null,
    });
  });

  test('a child that reads no input can be cancelled', async () => {
    const engine = makeEngine();
    expect(await engine.run(sh('sleep 60', { input: large, timeoutMs: 300 }))).toMatchObject({
      status: 'timeout',
    });
  });
});

describe("stdin: 'pipe' through the engine", () => {
  test('sendInput and closeInput', async () => {
    const engine = makeEngine();
    const id = await engine.execute(sh('cat; echo end', { stdin: 'pipe' }));
    await engine.sendInput(id, 'one\n');
    await engine.sendInput(id, Buffer.from('two\n'));
    await engine.closeInput(id);
    expect((await engine.waitForCompletion(id)).stdout).toBe('one\ntwo\nend\n');
  });

  test('supports a dialogue with the child', async () => {
    const engine = makeEngine();
    const execution = engine.run(
      sh('while read word; do echo "got $word"; done; echo end', { stdin: 'pipe' }),
    );
    const events = record(execution, ['stdout']);
    for (const word of ['a', 'b', 'c']) {
      await engine.sendInput(execution.id, `${word}\n`);
      await waitFor(`the answer to ${word}`, () =>
        payloads(events, 'stdout').some(({ line }) => line === `got ${word}`),
      );
    }
    await engine.closeInput(execution.id);
    expect((await execution).stdout).toBe('got a\ngot b\ngot c\nend\n');
  });

  test('concurrent calls keep their order', async () => {
    const engine = makeEngine();
    const id = await engine.execute(sh('cat', { stdin: 'pipe' }));
    const sent = Array.from({ length: 500 }, (_, index) => engine.sendInput(id, `${index}\n`));
    const closed = engine.closeInput(id);
    await Promise.all([...sent, closed]);
    const expected = Array.from({ length: 500 }, (_, index) => `${index}\n`).join('');
    expect((await engine.waitForCompletion(id)).stdout).toBe(expected);
  });

  test('8 MiB in one call', async () => {
    const engine = makeEngine();
    const id = await engine.execute(exec('sha256sum', [], { stdin: 'pipe' }));
    await engine.sendInput(id, large);
    await engine.closeInput(id);
    expect((await engine.waitForCompletion(id)).stdout).toBe(hashed);
  });

  test('a child that does not read blocks the sender', async () => {
    const engine = makeEngine();
    // The other way to reach the child is a signal.
    const id = await engine.execute(
      sh("trap 'exec sha256sum' USR1; echo ready; while :; do sleep 0.05; done", { stdin: 'pipe' }),
    );
    await once(engine, 'stdout');
    const sent = engine.sendInput(id, large);
    expect(await isPending(sent)).toBe(true);
    await engine.kill(id, 'SIGUSR1');
    await sent;
    await engine.closeInput(id);
    expect((await engine.waitForCompletion(id)).stdout).toBe(`ready\n${hashed}`);
  });

  test('input for a queued execution waits for the process', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1, maxQueuedExecutions: 1 });
    const blocker = engine.run(sh('read _', { stdin: 'pipe' }));
    const waiting = engine.run(sh('cat', { stdin: 'pipe' }));
    const sent = [engine.sendInput(waiting.id, 'early\n'), engine.closeInput(waiting.id)];
    blocker.stdin.end();
    await Promise.all(sent);
    expect((await waiting).stdout).toBe('early\n');
  });

  test('a child that stopped reading or has ended causes no error', async () => {
    const engine = makeEngine();
    const closing = await engine.execute(sh('exec 0<&-; echo closed; sleep 60', { stdin: 'pipe' }));
    await once(engine, 'stdout');
    await engine.sendInput(closing, large);
    await engine.sendInput(closing, 'more');
    const ended = await engine.execute(sh('true', { stdin: 'pipe' }));
    await engine.waitForCompletion(ended);
    await engine.sendInput(ended, 'late');
    await engine.closeInput(ended);
  });

  test('a blocked sender settles when the execution is cancelled', async () => {
    const engine = makeEngine();
    const id = await engine.execute(sh('sleep 60', { stdin: 'pipe' }));
    const sent = engine.sendInput(id, large);
    await engine.cancel(id);
    await engine.waitForCompletion(id);
    await sent;
  });

  test('rejects invalid calls', async () => {
    const engine = makeEngine();
    const deaf = await engine.execute(sh('sleep 60'));
    expect(await executionError(engine.sendInput(deaf, 'x'))).toMatchObject({ code: 'ERR_IO' });
    expect(await executionError(engine.closeInput(deaf))).toMatchObject({ code: 'ERR_IO' });

    const closed = await engine.execute(sh('cat; sleep 60', { stdin: 'pipe' }));
    await engine.closeInput(closed);
    expect(await executionError(engine.sendInput(closed, 'x'))).toMatchObject({ code: 'ERR_IO' });

    expect(await executionError(engine.sendInput(UNKNOWN, 'x'))).toMatchObject({
      code: 'ERR_EXECUTION_NOT_FOUND',
    });
    for (const data of [7, null, undefined, {}, ['x']]) {
      const error = await rejection(engine.sendInput(closed, data as never));
      expect(error).toBeInstanceOf(TypeError);
      expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
    }
  });
});

describe("stdin: 'pipe' through the handle", () => {
  test('write and end', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('cat; echo end', { stdin: 'pipe' }));
    execution.stdin.write('one\n');
    execution.stdin.end('two\n');
    expect((await execution).stdout).toBe('one\ntwo\nend\n');
  });

  test('can be the target of a pipeline', async () => {
    const engine = makeEngine();
    const execution = engine.run(exec('sha256sum', [], { stdin: 'pipe' }));
    const pieces = function* () {
      for (let from = 0; from < large.length; from += 100_000)
        yield large.subarray(from, from + 100_000);
    };
    await pipeline(Readable.from(pieces(), { objectMode: false }), execution.stdin);
    expect((await execution).stdout).toBe(hashed);
  });

  test('applies backpressure to the writer', async () => {
    const engine = makeEngine();
    const execution = engine.run(
      sh("trap 'exec sha256sum' USR1; echo ready; while :; do sleep 0.05; done", { stdin: 'pipe' }),
    );
    await new Promise((resolve) => execution.once('stdout', resolve));
    const hash = createHash('sha256');
    const piece = Buffer.alloc(100_000, 'x');
    let written = 0;
    // A pipe of Linux holds 64 KiB; a writer without backpressure would fill the memory.
    while (written < 8 * MiB) {
      written += piece.length;
      hash.update(piece);
      if (!execution.stdin.write(piece)) break;
    }
    expect(written).toBeLessThan(8 * MiB);
    const drained = once(execution.stdin, 'drain');
    expect(await isPending(drained)).toBe(true);
    await execution.kill('SIGUSR1');
    await drained;
    execution.stdin.end();
    expect((await execution).stdout).toBe(`ready\n${hash.digest('hex')}  -\n`);
  });

  test('a child that closes stdin early causes no error', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('head -c 1', { stdin: 'pipe' }));
    const errors: unknown[] = [];
    execution.stdin.on('error', (error) => errors.push(error));
    execution.stdin.write(large);
    execution.stdin.end(large);
    expect(await execution).toMatchObject({ status: 'completed', error: null });
    execution.stdin.write('late', () => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    // Writing behind its own end is the caller's mistake; nothing else may be reported.
    expect(
      errors.filter((error) => (error as { code: string }).code !== 'ERR_STREAM_WRITE_AFTER_END'),
    ).toEqual([]);
  });

  test('destroying it closes the pipe', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('cat; echo end', { stdin: 'pipe' }));
    await new Promise((resolve) => execution.once('started', resolve));
    execution.stdin.destroy();
    expect((await execution).stdout).toBe('end\n');
  });
});
