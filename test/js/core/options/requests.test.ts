import type { ExecutionRequest } from 'escher-execution-engine';
import { exec, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { record } from '../../support/events';
import { executionError, rejection } from '../../support/expectations';
import { tempDir, tempFile } from '../../support/temp';

const NUL = '\0';
const run = { type: 'exec', program: '/bin/true' } as const;

/** Requests whose values have the right types but are invalid. `mention` is a part of the message. */
const refused: [title: string, reason: string, request: object, mention: string][] = [
  [
    'an empty shell command',
    'EMPTY_COMMAND',
    { command: { type: 'shell', command: '' } },
    'command',
  ],
  [
    'a blank shell command',
    'EMPTY_COMMAND',
    { command: { type: 'shell', command: ' \t\n' } },
    'command',
  ],
  ['an empty program', 'EMPTY_COMMAND', { command: { type: 'exec', program: '' } }, 'program'],
  ['NUL in a shell command', 'INVALID_COMMAND', sh(`echo ${NUL}`), 'command'],
  ['NUL in a program', 'INVALID_COMMAND', exec(`/bin/true${NUL}`), 'program'],
  ['NUL in an argument', 'INVALID_COMMAND', exec('/bin/true', ['a', `b${NUL}`]), 'args'],
  [
    'NUL in a script path',
    'INVALID_COMMAND',
    { command: { type: 'script', path: `x${NUL}.sh` } },
    'path',
  ],
  ['no command', 'MISSING_FIELD', {}, 'command'],
  ['a command without a type', 'MISSING_FIELD', { command: { command: 'echo' } }, 'type'],
  ['a shell without a command', 'MISSING_FIELD', { command: { type: 'shell' } }, 'command'],
  ['an exec without a program', 'MISSING_FIELD', { command: { type: 'exec' } }, 'program'],
  [
    'an unknown kind of command',
    'INVALID_COMMAND',
    { command: { type: 'spell', command: 'x' } },
    'spell',
  ],
  [
    'an empty AWS service',
    'MISSING_FIELD',
    { command: { type: 'awsCli', service: '', operation: 'ls' } },
    'service',
  ],
  [
    'an empty AWS operation',
    'MISSING_FIELD',
    { command: { type: 'awsCli', service: 's3', operation: '' } },
    'operation',
  ],
  [
    'a script that does not exist',
    'SCRIPT_NOT_FOUND',
    { command: { type: 'script', path: '/nonexistent/script.sh' } },
    '/nonexistent/script.sh',
  ],
  [
    'a program that is not in the PATH',
    'PROGRAM_NOT_FOUND',
    exec('no-such-program-here'),
    'no-such-program-here',
  ],
  [
    'a program path that does not exist',
    'PROGRAM_NOT_FOUND',
    exec('/nonexistent/tool'),
    '/nonexistent/tool',
  ],
  [
    'a shell that does not exist',
    'PROGRAM_NOT_FOUND',
    { command: { type: 'shell', command: 'true', shell: '/nonexistent/shell' } },
    '/nonexistent/shell',
  ],
  [
    'a program outside the PATH of the child',
    'PROGRAM_NOT_FOUND',
    exec('true', [], { env: { PATH: '/nonexistent' } }),
    'true',
  ],
  [
    'a timeout above the maximum',
    'TIMEOUT_TOO_LARGE',
    { command: run, timeoutMs: 3_600_001 },
    '3600001',
  ],
  [
    'an infinite timeout above the maximum',
    'TIMEOUT_TOO_LARGE',
    { command: run, timeoutMs: Infinity },
    'Infinity',
  ],
  ['a timeout of 0', 'INVALID_TIMEOUT', { command: run, timeoutMs: 0 }, 'timeoutMs'],
  ['a negative timeout', 'INVALID_TIMEOUT', { command: run, timeoutMs: -5 }, '-5'],
  [
    'a timeout that is NaN',
    'INVALID_TIMEOUT',
    { command: run, timeoutMs: Number.NaN },
    'timeoutMs',
  ],
  ['an idle timeout of 0', 'INVALID_TIMEOUT', { command: run, idleTimeoutMs: 0 }, 'idleTimeoutMs'],
  ['a negative idle timeout', 'INVALID_TIMEOUT', { command: run, idleTimeoutMs: -7 }, '-7'],
  [
    'a working directory that does not exist',
    'WORKING_DIR_NOT_FOUND',
    { command: run, workingDir: '/nonexistent/dir' },
    '/nonexistent/dir',
  ],
  [
    'a working directory that is a file',
    'INVALID_WORKING_DIR',
    { command: run, workingDir: '/etc/passwd' },
    '/etc/passwd',
  ],
  [
    'NUL in a working directory',
    'INVALID_WORKING_DIR',
    { command: run, workingDir: `/tmp${NUL}` },
    'workingDir',
  ],
  ['an empty name in the environment', 'INVALID_ENV', { command: run, env: { '': 'x' } }, 'env'],
  ['= in a name of the environment', 'INVALID_ENV', { command: run, env: { 'A=B': 'x' } }, 'A=B'],
  [
    'NUL in a name of the environment',
    'INVALID_ENV',
    { command: run, env: { [`A${NUL}`]: 'x' } },
    'env',
  ],
  [
    'NUL in a value of the environment',
    'INVALID_ENV',
    { command: run, env: { SECRET: `x${NUL}` } },
    'SECRET',
  ],
  ['an id that is not a UUID', 'INVALID_ID', { command: run, id: 'first' }, 'first'],
  ['an empty id', 'INVALID_ID', { command: run, id: '' }, 'id'],
  ['an id that is a path', 'INVALID_ID', { command: run, id: '../../../etc/passwd' }, 'passwd'],
];

describe('an invalid request is rejected before anything is spawned', () => {
  test.each(refused)('%s: %s', async (_, reason, request, mention) => {
    const engine = makeEngine();
    const events = record(engine);
    const error = await executionError(engine.execute(request as ExecutionRequest));
    expect(error).toMatchObject({ code: 'ERR_VALIDATION', reason });
    expect(error.message).toMatch(/^Validation error: /);
    expect(error.message).toContain(mention);
    expect(events).toEqual([]);
    expect(await engine.listExecutions()).toEqual([]);
  });

  test('a script that is not executable and has no known extension', async () => {
    const engine = makeEngine();
    const unknown = tempFile('data.xyz', 'not a program\n');
    const error = await executionError(
      engine.execute({ command: { type: 'script', path: unknown } }),
    );
    expect(error).toMatchObject({ code: 'ERR_VALIDATION', reason: 'INVALID_COMMAND' });
    expect(error.message).toContain(unknown);
  });

  test('a script with a #! line that is not executable and has no known extension', async () => {
    const engine = makeEngine();
    const path = tempFile('tool', '#!/bin/sh\necho hi\n', 0o644);
    const error = await executionError(engine.execute({ command: { type: 'script', path } }));
    expect(error).toMatchObject({ code: 'ERR_VALIDATION', reason: 'SCRIPT_NOT_EXECUTABLE' });
    expect(error.message).toContain(path);
  });

  test('a script that is a directory', async () => {
    const engine = makeEngine();
    const dir = tempDir();
    const error = await executionError(engine.execute({ command: { type: 'script', path: dir } }));
    expect(error).toMatchObject({
      code: 'ERR_VALIDATION',
      reason: expect.stringMatching(/^(SCRIPT_NOT_FOUND|INVALID_COMMAND)$/),
    });
  });

  test('a program file that is not executable fails at the launch', async () => {
    const engine = makeEngine();
    const path = tempFile('tool', '#!/bin/sh\necho hi\n', 0o644);
    // The file exists, so the launch reports the error: the step, the path and the reason.
    expect(await executionError(engine.run(exec(path)))).toMatchObject({
      code: 'ERR_SPAWN_FAILED',
      syscall: 'execve',
      path,
      message: expect.stringContaining('EACCES'),
    });
  });

  test('a script whose interpreter is missing', async () => {
    const engine = makeEngine();
    const path = tempFile('tool.rb', 'puts 1\n');
    const error = await executionError(
      engine.execute({ command: { type: 'script', path }, env: { PATH: '/nonexistent' } }),
    );
    expect(error).toMatchObject({ code: 'ERR_VALIDATION', reason: 'PROGRAM_NOT_FOUND' });
    expect(error.message).toContain('ruby');
  });

  test('an AWS command without the AWS CLI', async () => {
    const engine = makeEngine();
    const error = await executionError(
      engine.execute({
        command: { type: 'awsCli', service: 's3', operation: 'ls' },
        env: { PATH: '/nonexistent' },
      }),
    );
    expect(error).toMatchObject({ code: 'ERR_VALIDATION', reason: 'PROGRAM_NOT_FOUND' });
    expect(error.message).toContain('aws');
  });

  test('run() rejects with the same error and starts nothing', async () => {
    const engine = makeEngine();
    const execution = engine.run(exec('/nonexistent/tool'));
    expect(await executionError(execution.result)).toMatchObject({
      code: 'ERR_VALIDATION',
      reason: 'PROGRAM_NOT_FOUND',
    });
    expect(execution.pid ?? null).toBeNull();
  });
});

/** Values of the wrong type or outside a set: mistakes in the caller's program. */
const mistakes: [title: string, code: string, request: unknown][] = [
  ['no request', 'ERR_INVALID_ARG_TYPE', undefined],
  ['null for a request', 'ERR_INVALID_ARG_TYPE', null],
  ['a string for a request', 'ERR_INVALID_ARG_TYPE', 'echo hi'],
  ['a string for a command', 'ERR_INVALID_ARG_TYPE', { command: 'echo hi' }],
  [
    'a number for a shell command',
    'ERR_INVALID_ARG_TYPE',
    { command: { type: 'shell', command: 7 } },
  ],
  ['a number for a program', 'ERR_INVALID_ARG_TYPE', { command: { type: 'exec', program: 7 } }],
  ['a string for args', 'ERR_INVALID_ARG_TYPE', { command: { ...run, args: 'a b' } }],
  ['a number among args', 'ERR_INVALID_ARG_TYPE', { command: { ...run, args: ['a', 7] } }],
  ['a hole among args', 'ERR_INVALID_ARG_TYPE', { command: { ...run, args: new Array(3) } }],
  ['a hole among secrets', 'ERR_INVALID_ARG_TYPE', { command: run, redact: new Array(2) }],
  [
    'a Map for an environment',
    'ERR_INVALID_ARG_TYPE',
    { command: run, env: new Map([['A', '1']]) },
  ],
  ['a number for an id', 'ERR_INVALID_ARG_TYPE', { command: run, id: 7 }],
  ['a string for a timeout', 'ERR_INVALID_ARG_TYPE', { command: run, timeoutMs: '5' }],
  ['a string for an idle timeout', 'ERR_INVALID_ARG_TYPE', { command: run, idleTimeoutMs: '5' }],
  ['a number for a working directory', 'ERR_INVALID_ARG_TYPE', { command: run, workingDir: 7 }],
  ['a string for an environment', 'ERR_INVALID_ARG_TYPE', { command: run, env: 'A=B' }],
  ['a number in an environment', 'ERR_INVALID_ARG_TYPE', { command: run, env: { A: 7 } }],
  ['a number for input', 'ERR_INVALID_ARG_TYPE', { command: run, input: 7 }],
  ['a string for mergeStderr', 'ERR_INVALID_ARG_TYPE', { command: run, mergeStderr: 'yes' }],
  ['a string for extendEnv', 'ERR_INVALID_ARG_TYPE', { command: run, extendEnv: 'no' }],
  ['a string for a priority', 'ERR_INVALID_ARG_TYPE', { command: run, priority: 'high' }],
  ['a number for a log path', 'ERR_INVALID_ARG_TYPE', { command: run, outputLogPath: 7 }],
  ['an unknown stdin', 'ERR_INVALID_ARG_VALUE', { command: run, stdin: 'inherit' }],
  ['an unknown field', 'ERR_INVALID_ARG_VALUE', { command: run, timeout: 5 }],
  ['input beside a pipe', 'ERR_INVALID_ARG_VALUE', { command: run, input: 'x', stdin: 'pipe' }],
  [
    'an unknown strategy',
    'ERR_INVALID_ARG_VALUE',
    { command: run, oversizedOutputStrategy: 'explode' },
  ],
];

describe('a value of the wrong type is a TypeError, as in Node', () => {
  test.each(mistakes)('%s: %s', async (_, code, request) => {
    const engine = makeEngine();
    const error = await rejection(engine.execute(request as ExecutionRequest));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ code });
    expect(await engine.listExecutions()).toEqual([]);
  });

  test('the message names an unknown field', async () => {
    const engine = makeEngine();
    const error = await rejection(engine.execute({ command: run, timeout: 5 } as never));
    expect((error as Error).message).toContain('timeout');
  });

  test('the message names an unknown signal', async () => {
    const engine = makeEngine();
    const error = await rejection(
      engine.execute({ ...exec('/bin/true'), killSignal: 'SIGNOPE' as never }),
    );
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain('SIGNOPE');
  });

  test('an exception of a getter rejects the promise', async () => {
    const engine = makeEngine();
    for (const name of ['stdin', 'id', 'command']) {
      const request = Object.defineProperty({ command: run }, name, {
        enumerable: true,
        get: () => {
          throw new Error(`no ${name}`);
        },
      });
      const error = await rejection(engine.run(request).result);
      expect(error).toMatchObject({ message: `no ${name}` });
    }
  });

  test('methods reject and never throw', async () => {
    const engine = makeEngine();
    const calls: (() => Promise<unknown>)[] = [
      () => engine.execute(7 as never),
      () => engine.getStatus(7 as never),
      () => engine.getResult(7 as never),
      () => engine.waitForCompletion(7 as never),
      () => engine.cancel(7 as never),
      () => engine.sendInput(7 as never, 'x'),
      () => engine.closeInput(7 as never),
      () => engine.kill(7 as never, 'SIGTERM'),
      () => engine.removeExecution(7 as never),
    ];
    for (const call of calls) {
      // The call itself returns; the promise has the error.
      expect(await rejection(call())).toBeInstanceOf(Error);
    }
  });
});

describe('limits of timeouts', () => {
  test('a timeout of exactly the maximum is accepted', async () => {
    const engine = makeEngine({ defaultTimeoutMs: 1000, maxTimeoutMs: 50_000 });
    expect((await engine.run(exec('/bin/true', [], { timeoutMs: 50_000 }))).success).toBe(true);
    expect(
      await executionError(engine.execute(exec('/bin/true', [], { timeoutMs: 50_001 }))),
    ).toMatchObject({
      reason: 'TIMEOUT_TOO_LARGE',
      message: expect.stringContaining('must be at most "maxTimeoutMs" (50000)'),
    });
  });

  test('without a maximum a request may have an infinite timeout', async () => {
    const engine = makeEngine({ maxTimeoutMs: Infinity });
    expect((await engine.run(exec('/bin/true', [], { timeoutMs: Infinity }))).success).toBe(true);
  });
});
