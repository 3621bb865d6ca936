import {
  type ExecutionEngineApi,
  ExecutionError,
  type ExecutionRequest,
} from 'escher-execution-engine';
import { connectedPair } from '../../support/bridge';
import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { executionError, rejection } from '../../support/expectations';

const engines: [string, () => Promise<ExecutionEngineApi>][] = [
  ['an engine', async () => makeEngine({ redact: ['hidden-word'] })],
  ['a client of the bridge', async () => (await connectedPair({ redact: ['hidden-word'] })).client],
];

describe.each(engines)('the error that %s throws', (_, open) => {
  test('shows the command and the last lines of stderr', async () => {
    const engine = await open();
    const request = sh('seq 12 >&2; echo timeoutMs exit_code >&2; exit 3');
    const error = await executionError(engine.run(request, { reject: true }));
    const last = ['4', '5', '6', '7', '8', '9', '10', '11', '12', 'timeoutMs exit_code'].join('\n');
    expect(error.message).toBe(
      `Command failed with exit code 3: ${request.command.command}\n\n${last}`,
    );
    expect(error.result?.error).toEqual({
      code: 'ERR_COMMAND_FAILED',
      message: 'Command failed with exit code 3',
    });
  });

  test('shows no secret', async () => {
    const engine = await open();
    const request = sh('echo "is hidden-word" >&2; echo other-word >&2; exit 1', {
      redact: ['other-word'],
    });
    const run = engine.run(request, { reject: true });
    const { message } = await executionError(run);
    expect(message).toBe(
      'Command failed with exit code 1: echo "is ***" >&2; echo *** >&2; exit 1\n\nis ***\n***',
    );
    const withdrawn = engine.run(request, { reject: true, signal: AbortSignal.abort() });
    const error = await executionError(withdrawn);
    expect(error.code).toBe('ERR_CANCELLED');
    expect(error.message + error.stack).not.toMatch(/hidden-word|other-word/);
  });

  test('of a command that the engine ended, or could not run, shows the command', async () => {
    const engine = await open();
    const timeout = engine.run(sh(LONG, { timeoutMs: 20 }), { reject: true });
    expect((await executionError(timeout)).message).toBe(`Execution timeout after 20ms: ${LONG}`);
    const output = sh('echo lost >&2; yes', {
      maxOutputSizeBytes: 1000,
      oversizedOutputStrategy: 'failExecution',
    });
    const id = await engine.execute(output);
    expect((await executionError(engine.waitForCompletion(id))).message).toBe(
      'Output size exceeded maximum of 1000 bytes: echo lost >&2; yes\n\nlost',
    );
  });

  test('of a request has no command twice', async () => {
    const engine = await open();
    const { message } = await executionError(engine.run(exec('/nowhere/program')));
    expect(message).toMatch(/^Validation error: "command.program" does not exist/);
    expect(message.match(/nowhere/g)).toHaveLength(1);
  });
});

describe.each(engines)('the stack of an error of %s has the line of', (_, open) => {
  const mistaken: object = { ...sh('true'), unknown: 1 };
  const cases: [string, (engine: ExecutionEngineApi) => Promise<unknown>][] = [
    [
      'a run() that is awaited',
      async function theCaller(engine) {
        return await rejection(engine.run(sh('exit 1'), { reject: true }));
      },
    ],
    [
      'a run() whose lines are read',
      async function theCaller(engine) {
        const run = engine.run(exec('/nowhere/program'));
        return await rejection(run[Symbol.asyncIterator]().next());
      },
    ],
    [
      'a run() with a callback',
      function theCaller(engine) {
        return new Promise((resolve) => void engine.run(exec('/nowhere/program')).catch(resolve));
      },
    ],
    [
      'a run() with an unknown field',
      async function theCaller(engine) {
        return await rejection(engine.run(mistaken as ExecutionRequest));
      },
    ],
    [
      'an execute() with a callback',
      function theCaller(engine) {
        return new Promise(
          (resolve) => void engine.execute(exec('/nowhere/program')).catch(resolve),
        );
      },
    ],
    [
      'an execute() with an unknown field',
      async function theCaller(engine) {
        return await rejection(engine.execute(mistaken as ExecutionRequest));
      },
    ],
  ];

  test.each(cases)('%s', async (_, call) => {
    const error = (await call(await open())) as Error;
    const lines = (error.stack ?? '').split('\n');
    const first = lines.find((line) => line.startsWith('    at '));
    expect(lines[0]).toBe(`${error.name}: ${error.message.split('\n')[0]}`);
    expect(first).toContain('failures.test');
  });
});

test('an error keeps its stack if the program captures none', async () => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const error = await rejection(makeEngine().run(sh('exit 1'), { reject: true }));
    expect(error).toBeInstanceOf(ExecutionError);
    expect((error as Error).stack).toMatch(/^ExecutionError: Command failed/);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
});
