import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionEngineApi } from 'escher-execution-engine';
import { retry } from 'escher-execution-engine/plan';
import { collect, connectedPair } from '../../support/bridge';
import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { reportOf } from '../../support/hosts';
import { polluted } from '../../support/pollution';
import { tempDir } from '../../support/temp';
import { waitFor } from '../../support/wait';

const QUICK = { attempts: 5, delayMs: 1, on: ['exit'] } as const;

/** Fails with the number of its attempt, until the third one. */
const thirdTime = () => {
  const file = join(tempDir(), 'attempts');
  return {
    file,
    command: `echo x >> ${file}; n=$(wc -l < ${file}); echo try $n; echo err $n >&2; [ $n -ge 3 ] || exit $n`,
  };
};

const engines: [string, () => Promise<ExecutionEngineApi>][] = [
  ['an engine', async () => makeEngine()],
  ['the client of a bridge', async () => (await connectedPair()).client],
];

describe.each(engines)('with %s', (_name, make) => {
  test('a command is run again until it succeeds', async () => {
    const { file, command } = thirdTime();
    const result = await retry(await make(), sh(command), QUICK);
    expect(result).toMatchObject({ exitCode: 0, stdout: 'try 3\n' });
    expect(result.attempts.map(({ exitCode }) => exitCode)).toEqual([1, 2, 0]);
    expect(result.attempts.map(({ metadata }) => metadata.tags?.attempt)).toEqual(['1', '2', '3']);
    expect(readFileSync(file, 'utf8')).toBe('x\nx\nx\n');
  });

  test('a terminal: echo, size and input reach the attempt', async () => {
    const script = 'stty -echo; read -r word; stty size; echo $word';
    const run = retry(await make(), sh(script, { pty: true }), { attempts: 2 });
    const off = new Promise((resolve) => run.once('echo', resolve));
    expect(await off).toMatchObject({ enabled: false, canonical: true });
    await run.resize({ cols: 100, rows: 50 });
    run.stdin?.end('typed\n');
    expect(await run).toMatchObject({ exitCode: 0, stdout: '50 100\r\ntyped\r\n' });
  });

  test('readers get the lines of all attempts', async () => {
    const run = retry(await make(), sh(thirdTime().command, { mergeStderr: true }), QUICK);
    const strings = collect(run.lines());
    const lines = await collect(run);
    expect(lines.map(({ line }) => line)).toEqual([
      'try 1',
      'err 1',
      'try 2',
      'err 2',
      'try 3',
      'err 3',
    ]);
    expect(lines.map(({ seq }) => seq)).toEqual([0, 1, 0, 1, 0, 1]);
    expect(await strings).toEqual(lines.map(({ line }) => line));
    // Also after the end.
    expect(await collect(run.lines('stdout'))).toEqual(await strings);
  });

  test('listeners get the lines of all attempts, and one terminal event', async () => {
    const run = retry(await make(), sh(thirdTime().command), QUICK);
    const lines: string[] = [];
    const ends: string[] = [];
    run.on('stdout', ({ line }) => lines.push(line));
    for (const name of ['failed', 'completed', 'settled', 'retrying'] as const)
      run.on(name, () => ends.push(name));
    await run;
    expect(lines).toEqual(['try 1', 'try 2', 'try 3']);
    expect(ends).toEqual(['retrying', 'retrying', 'completed', 'settled']);
  });

  test('a cancel in a delay starts no process', async () => {
    const { file, command } = thirdTime();
    const engine = await make();
    const run = retry(engine, sh(command), { attempts: 3, delayMs: 60_000, on: ['exit'] });
    const retrying = new Promise((resolve) => run.once('retrying', resolve));
    await retrying;
    expect(await run.cancel()).toBe(true);
    const { attempts, ...result } = await run;
    expect(result).toMatchObject({ id: run.id, status: 'cancelled', pid: null });
    expect(attempts.map(({ status }) => status)).toEqual(['failed', 'cancelled']);
    // The attempt that was not started has no record, and no lines.
    const unknown = { code: 'ERR_EXECUTION_NOT_FOUND' };
    await expect(engine.getResult(run.id)).rejects.toMatchObject(unknown);
    await expect(engine.getStatus(run.id)).rejects.toMatchObject(unknown);
    expect(await collect(run.lines('stdout'))).toEqual(['try 1']);
    expect(readFileSync(file, 'utf8')).toBe('x\n');
  });

  test('a cancel ends the attempt under way', async () => {
    const run = retry(await make(), sh(LONG), { attempts: 3, on: ['signal', 'exit'] });
    await waitFor('the process', () => run.pid);
    await run.cancel();
    const { status, attempts } = await run;
    expect([status, attempts.length]).toEqual(['cancelled', 1]);
  });

  test('a bad request rejects and is not repeated', async () => {
    const run = retry(await make(), exec('no-such-program-anywhere'), { attempts: 3, delayMs: 1 });
    await expect(run).rejects.toMatchObject({
      code: 'ERR_VALIDATION',
      reason: 'PROGRAM_NOT_FOUND',
    });
  });
});

test('a launch that fails is repeated', async () => {
  const interpreter = join(tempDir(), 'interpreter');
  const script = join(tempDir(), 'script');
  writeFileSync(script, `#!${interpreter}\necho done\n`, { mode: 0o755 });
  const run = retry(makeEngine(), exec(script), { attempts: 2, delayMs: 1 });
  run.once('retrying', ({ result }) => {
    expect(result).toMatchObject({ error: { code: 'ERR_SPAWN_FAILED' } });
    writeFileSync(interpreter, '#!/bin/sh\nexec /bin/sh "$@"\n', { mode: 0o755 });
  });
  expect(await run).toMatchObject({ success: true, stdout: 'done\n' });
});

test('a timeout is repeated', async () => {
  const file = join(tempDir(), 'marker');
  const request = sh(`[ -e ${file} ] || { touch ${file}; exec sleep 60; }`, { timeoutMs: 300 });
  const run = retry(makeEngine(), request, { attempts: 100, delayMs: 1, on: ['timeout'] });
  const { attempts } = await run;
  expect(existsSync(file)).toBe(true);
  expect(attempts[0]?.status).toBe('timeout');
  expect(attempts.at(-1)?.success).toBe(true);
});

test('a signal is repeated', async () => {
  const policy = { attempts: 2, delayMs: 1, on: ['signal'] } as const;
  const { attempts } = await retry(makeEngine(), sh('kill -9 $$'), policy);
  expect(attempts.map(({ signal }) => signal)).toEqual(['SIGKILL', 'SIGKILL']);
});

test('the pattern is searched at the end of output that was truncated', async () => {
  const engine = makeEngine({ maxOutputSizeBytes: 100 });
  const flood =
    'i=0; while [ $i -lt 200 ]; do echo xxxxxxxxxx; i=$((i+1)); done; echo Throttling; exit 1';
  const policy = { attempts: 2, delayMs: 1, on: ['exit'], output: /^Throttling$/m } as const;
  const { attempts } = await retry(engine, sh(flood), policy);
  expect(attempts).toHaveLength(2);
  expect(attempts[0]?.stdout).not.toContain('Throttling');
});

test('the secrets of a configuration are those of every attempt', async () => {
  const { redact } = makeEngine({ redact: ['hunter2-secret'] }).config;
  const request = sh('echo hunter2-secret; exit 1', { redact });
  const { attempts } = await retry(makeEngine(), request, {
    attempts: 2,
    delayMs: 1,
    on: ['exit'],
  });
  expect(attempts.map(({ stdout }) => stdout)).toEqual(['***\n', '***\n']);
});

test('a slow reader holds every attempt back and loses nothing', async () => {
  const engine = makeEngine({ maxPendingEventBytes: 65_536 });
  const command = 'i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done; exit 1';
  const run = retry(engine, sh(command), { attempts: 2, delayMs: 1, on: ['exit'] });
  const lines = await collect(run.lines('stdout'));
  expect(lines).toHaveLength(6000);
  expect(lines[3000]).toBe('line 0');
});

test('a reader that leaves lets the command go on', async () => {
  const run = retry(makeEngine(), sh(thirdTime().command), QUICK);
  for await (const { line } of run) {
    expect(line).toMatch(/1$/);
    break;
  }
  expect((await run).attempts).toHaveLength(3);
});

test('the end of a handle cancels and waits', async () => {
  const run = retry(makeEngine(), sh(LONG), QUICK);
  await run[Symbol.asyncDispose]();
  expect((await run).status).toBe('cancelled');
});

test('a failure that is not handled is an unhandled rejection', async () => {
  expect(await reportOf('retry-rejections.cjs')).toEqual({
    unhandled: ['ERR_COMMAND_FAILED', 'ERR_OUT_OF_RANGE', 'ERR_VALIDATION'],
  });
});

test('nothing on Object.prototype changes what is run', async () => {
  const bad = {
    delayMs: 1e9,
    exitCodes: [99],
    output: /never/,
    id: 'x',
    signal: 5,
    tags: { a: 'b' },
  };
  const { command } = thirdTime();
  await polluted(bad, async () => {
    const policy = { attempts: 5, delayMs: 1, on: ['exit'] } as const;
    const { attempts } = await retry(makeEngine(), sh(command), policy);
    expect(attempts).toHaveLength(3);
  });
});
