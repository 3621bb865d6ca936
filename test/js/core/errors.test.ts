import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExecutionError } from 'escher-execution-engine';
import { exec, LONG, sh } from '../support/commands';
import { makeEngine } from '../support/engine';
import { names, record } from '../support/events';
import { executionError, present } from '../support/expectations';
import { zombieChildren } from '../support/processes';
import { tempDir, tempFile } from '../support/temp';
import { waitFor } from '../support/wait';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

describe('ExecutionError', () => {
  test('is an Error with a name, a code and a stack of the caller', async () => {
    const engine = makeEngine();
    const error = await executionError(engine.getStatus(UNKNOWN));
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(ExecutionError);
    expect(error.name).toBe('ExecutionError');
    expect(error.code).toBe('ERR_EXECUTION_NOT_FOUND');
    expect(error.message).toBe(`Execution not found: ${UNKNOWN}`);
    expect(error.stack).toContain(error.message);
  });

  test('of a command carries the result', async () => {
    const engine = makeEngine();
    const error = await executionError(
      engine.run(sh('echo out; echo err >&2; exit 3'), { reject: true }),
    );
    expect(error.message).toBe(
      'Command failed with exit code 3: echo out; echo err >&2; exit 3\n\nerr',
    );
    expect(error.result?.error?.message).toBe('Command failed with exit code 3');
    expect(error.result).toMatchObject({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  test('reports whether a retry can succeed', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1 });
    const rejecting = { reject: true };
    const occupied = engine.run(sh(LONG), rejecting);
    const ended = executionError(occupied);
    const full = await executionError(engine.execute(sh('true')));
    await occupied.cancel();
    const cancelled = await ended;
    const timeout = await executionError(engine.run(sh(LONG, { timeoutMs: 50 }), rejecting));
    const failed = await executionError(engine.run(sh('false'), rejecting));
    const invalid = await executionError(engine.execute(sh('')));
    const unknown = await executionError(engine.getStatus(UNKNOWN));
    const spawn = await executionError(engine.run(exec('/bin/true', ['x'.repeat(4_000_000)])));
    expect(
      [full, timeout, cancelled, failed, invalid, unknown, spawn].map(({ code, isRetryable }) => [
        code,
        isRetryable,
      ]),
    ).toEqual([
      ['ERR_CONCURRENCY_LIMIT', true],
      ['ERR_TIMEOUT', true],
      ['ERR_CANCELLED', false],
      ['ERR_COMMAND_FAILED', false],
      ['ERR_VALIDATION', false],
      ['ERR_EXECUTION_NOT_FOUND', false],
      ['ERR_SPAWN_FAILED', false],
    ]);
    for (const error of [full, timeout, failed]) expect(error.isTerminal).toBe(!error.isRetryable);
  });
});

describe('a failed spawn', () => {
  test('rejects with the failed system call, errno and path', async () => {
    const engine = makeEngine();
    const events = record(engine);
    const id = await engine.execute(exec('/bin/true', ['x'.repeat(4_000_000)]));
    const error = await executionError(engine.waitForCompletion(id));
    expect(error).toMatchObject({
      code: 'ERR_SPAWN_FAILED',
      message: expect.stringMatching(/^Process spawn failed: .*E2BIG/),
      syscall: 'execve',
      path: '/bin/true',
    });
    expect(Math.abs(present(error.errno))).toBe(7);
    expect(error.result).toMatchObject({
      id,
      status: 'failed',
      success: false,
      pid: null,
      exitCode: null,
      signal: null,
      error: { code: 'ERR_SPAWN_FAILED', syscall: 'execve' },
    });
    // It never started.
    expect(names(events)).toEqual(['statusChanged', 'failed', 'settled']);
    expect(await engine.getStatus(id)).toBe('failed');
    expect(await engine.stats()).toMatchObject({ spawnFailures: 1, counts: { failed: 1 } });
  });

  test('leaves no zombie', async () => {
    const engine = makeEngine();
    const request = exec('/bin/true', ['x'.repeat(4_000_000)]);
    await Promise.all(Array.from({ length: 20 }, () => engine.run(request).catch(() => undefined)));
    expect(zombieChildren()).toEqual([]);
  });

  test('with a missing interpreter names the script', async () => {
    const engine = makeEngine();
    const path = tempFile('tool', '#!/nonexistent/interpreter\n', 0o755);
    expect(await executionError(engine.run(exec(path)))).toMatchObject({
      code: 'ERR_SPAWN_FAILED',
      syscall: 'execve',
      path,
      message: expect.stringContaining('ENOENT'),
    });
  });

  test('with a file that is not a program', async () => {
    const engine = makeEngine();
    const path = tempFile('tool', '\0\u0001\u0002 neither text nor program', 0o755);
    expect(await executionError(engine.run(exec(path)))).toMatchObject({
      code: 'ERR_SPAWN_FAILED',
      syscall: 'execve',
      path,
      message: expect.stringContaining('ENOEXEC'),
    });
  });

  test('with a removed working directory names the directory', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1, maxQueuedExecutions: 1 });
    const dir = join(tempDir(), 'gone');
    const blocker = engine.run(
      sh(`mkdir '${dir}'; echo made; read _; rmdir '${dir}'`, { stdin: 'pipe' }),
    );
    await new Promise((resolve) => blocker.once('stdout', resolve));
    const waiting = engine.run(exec('/bin/true', [], { workingDir: dir }));
    // Admitted while the directory was there.
    await waitFor('it to wait', async () => (await engine.queuedCount()) === 1);
    blocker.stdin.end();
    expect(await executionError(waiting)).toMatchObject({
      code: 'ERR_SPAWN_FAILED',
      syscall: 'chdir',
      path: dir,
      message: expect.stringContaining('ENOENT'),
    });
  });

  test('with a program that is open for writing is retried', async () => {
    const engine = makeEngine();
    const dir = tempDir();
    // A program that is written and run at once, many times: a launch between the two of another
    // execution would hold the file open for writing.
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, index) => {
        const path = join(dir, `tool-${index}`);
        writeFileSync(path, `#!/bin/sh\necho ${index}\n`, { mode: 0o755 });
        return engine.run(exec(path));
      }),
    );
    expect(results.map(({ stdout }) => Number(stdout))).toEqual(results.map((_, index) => index));
  });

  test('does not disturb other executions', async () => {
    const engine = makeEngine();
    const mixed = Array.from({ length: 60 }, (_, index) =>
      index % 3 === 0
        ? engine.run(exec('/bin/true', ['x'.repeat(4_000_000)]))
        : engine.run(sh(`echo ${index}`)),
    );
    const outcomes = await Promise.allSettled(mixed);
    outcomes.forEach((outcome, index) => {
      if (index % 3 === 0) expect(outcome.status).toBe('rejected');
      else expect(outcome).toMatchObject({ value: { stdout: `${index}\n` } });
    });
  });
});

describe('an unknown id', () => {
  test('is rejected by every method that takes an id', async () => {
    const engine = makeEngine();
    const calls: (() => Promise<unknown>)[] = [
      () => engine.getStatus(UNKNOWN),
      () => engine.getResult(UNKNOWN),
      () => engine.getResult(UNKNOWN, { encoding: 'buffer' }),
      () => engine.waitForCompletion(UNKNOWN),
      () => engine.waitForCompletion(UNKNOWN, { timeoutMs: 1000 }),
      () => engine.cancel(UNKNOWN),
      () => engine.sendInput(UNKNOWN, 'x'),
      () => engine.closeInput(UNKNOWN),
      () => engine.kill(UNKNOWN, 'SIGTERM'),
      () => engine.removeExecution(UNKNOWN),
      () => engine.getStatus('no uuid at all'),
    ];
    for (const call of calls) {
      expect(await executionError(call())).toMatchObject({
        code: 'ERR_EXECUTION_NOT_FOUND',
        message: expect.stringMatching(/^Execution not found: /),
      });
    }
  });
});
