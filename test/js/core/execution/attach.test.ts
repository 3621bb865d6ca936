import { randomUUID } from 'node:crypto';
import type { ExecutionEngine } from 'escher-execution-engine';
import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { executionError, present } from '../../support/expectations';
import { isPending } from '../../support/wait';

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function finished(engine: ExecutionEngine, command: string): Promise<string> {
  const id = await engine.execute(sh(command));
  await engine.waitForCompletion(id);
  return id;
}

describe('attach', () => {
  test('reads the lines of a running execution from the first one on', async () => {
    const engine = makeEngine();
    const id = await engine.execute(sh('echo one; read -r line; echo "$line"', { stdin: 'pipe' }));
    const first = present(engine.attach(id)).lines();
    expect((await first.next()).value).toBe('one');
    const handle = present(engine.attach(id));
    const late = collected(handle.lines());
    await engine.sendInput(id, 'two\n');
    expect(await late).toEqual(['one', 'two']);
    expect(await handle).toMatchObject({ id, success: true, stdout: 'one\ntwo\n' });
    expect(handle.pid).toBeGreaterThan(0);
  });

  test('writes to the stdin of an execution of execute()', async () => {
    const engine = makeEngine();
    const id = await engine.execute(exec('cat', [], { stdin: 'pipe' }));
    const handle = present(engine.attach(id));
    present(handle.stdin).end('typed\n');
    expect((await handle).stdout).toBe('typed\n');
    const plain = await engine.execute(sh('true'));
    expect(present(engine.attach(plain)).stdin).toBeUndefined();
  });

  test('returns the handle of run() until the execution has ended', async () => {
    const engine = makeEngine();
    const run = engine.run(sh(LONG));
    expect(engine.attach(run.id)).toBe(run);
    expect(engine.attach(run.id.toUpperCase())).toBe(run);
    await run.cancel();
    await run;
    const later = present(engine.attach(run.id));
    expect(later).not.toBe(run);
    expect(await later).toMatchObject({ status: 'cancelled' });
  });

  test('replays an execution that has ended, with its events over', async () => {
    const engine = makeEngine();
    const id = await finished(engine, 'echo out; echo err >&2; exit 3');
    const handle = present(engine.attach(id));
    expect((await collected(handle.lines())).sort()).toEqual(['err', 'out']);
    const result = await handle;
    expect(result).toMatchObject({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
    expect(result).toEqual(await engine.getResult(id));
    expect([await handle.cancel(), await handle.kill(), await handle.renew()]).toEqual([
      false,
      false,
      false,
    ]);
    const heard: string[] = [];
    handle.on('settled', () => heard.push('settled'));
    await finished(engine, 'true');
    expect(heard).toEqual([]);
  });

  test('keeps the terminal of an ended execution', async () => {
    const engine = makeEngine();
    const run = engine.run(sh('printf "a\\nb\\n"', { pty: true }));
    await run;
    expect(await collected(present(engine.attach(run.id)).lines())).toEqual(['a', 'b']);
  });

  test('finds an execution that is queued', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1, maxQueuedExecutions: 1 });
    const running = await engine.execute(sh(LONG));
    const queued = await engine.execute(sh('echo late'));
    const handle = present(engine.attach(queued));
    expect(handle.pid).toBeUndefined();
    expect(await isPending(handle.result)).toBe(true);
    await engine.cancel(running);
    expect((await handle).stdout).toBe('late\n');
  });

  test('rejects as waitForCompletion() does, without a rejection that must be handled', async () => {
    const engine = makeEngine();
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      const failing = await engine.execute(
        sh('yes', { maxOutputSizeBytes: 10, oversizedOutputStrategy: 'failExecution' }),
      );
      const attached = present(engine.attach(failing));
      attached.on('started', () => undefined);
      const error = await executionError(engine.waitForCompletion(failing));
      expect(error.code).toBe('ERR_OUTPUT_SIZE_EXCEEDED');
      expect(await executionError(attached)).toMatchObject({ code: 'ERR_OUTPUT_SIZE_EXCEEDED' });
      const later = present(engine.attach(failing));
      expect(await executionError(later)).toMatchObject({ code: 'ERR_OUTPUT_SIZE_EXCEEDED' });
      await finished(engine, 'true');
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  });

  test('is undefined for an unknown id and after a shutdown', async () => {
    const engine = makeEngine();
    expect(engine.attach(randomUUID())).toBeUndefined();
    expect(engine.attach('no id at all')).toBeUndefined();
    expect(engine.attach('__proto__')).toBeUndefined();
    const id = await finished(engine, 'true');
    expect(engine.attach(id)).toBeDefined();
    await engine.shutdown();
    expect(engine.attach(id)).toBeUndefined();
    for (const wrong of [undefined, null, 7, {}]) {
      expect(() => engine.attach(wrong as never)).toThrow(TypeError);
    }
  });

  test('a handle whose record is removed keeps the result that it has, and loses the output', async () => {
    const engine = makeEngine();
    const id = await finished(engine, 'echo gone');
    const [read, unread] = [present(engine.attach(id)), present(engine.attach(id))];
    expect((await read).stdout).toBe('gone\n');
    await engine.removeExecution(id);
    expect((await read).stdout).toBe('gone\n');
    expect(await unread).toMatchObject({ exitCode: 0, stdout: '', outputDropped: true });
    expect(await executionError(collected(unread.lines()))).toMatchObject({
      code: 'ERR_EXECUTION_NOT_FOUND',
    });
    expect(engine.attach(id)).toBeUndefined();
  });

  test('a handle reads no execution that has got its id later', async () => {
    const engine = makeEngine();
    const id = randomUUID();
    await engine.run(sh('echo first', { id }));
    const old = present(engine.attach(id));
    await engine.removeExecution(id);
    await engine.run(sh('echo second', { id }));
    expect(await old).toMatchObject({ stdout: '', outputDropped: true });
    expect((await present(engine.attach(id))).stdout).toBe('second\n');
  });
});
