import { ExecutionEngine, type ExecutionRequest } from 'escher-execution-engine';
import { exec, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { rejection, thrown } from '../../support/expectations';

const refusalOf = async (request: object): Promise<string> =>
  ((await rejection(makeEngine().execute(request as ExecutionRequest))) as Error).message;

const commands: [string, unknown, string][] = [
  [
    'a command line for the type exec',
    { type: 'exec', command: 'ls -la' },
    `The "request.command.command" property is not for the type 'exec'; it is for the type 'shell'`,
  ],
  [
    'arguments for the type shell',
    { type: 'shell', command: 'ls', args: ['-la'] },
    `The "request.command.args" property is not for the type 'shell'; it is for the types 'exec', 'script', 'awsCli'`,
  ],
  [
    'a command line in the place of the command',
    'ls -la',
    `The "request.command" property must be an object, such as { type: 'shell', command: '…' } for a command line. Received type string`,
  ],
  [
    'a list in the place of the command',
    ['ls', '-la'],
    'The "request.command" property must be a plain object. Received an instance of Array',
  ],
  [
    'a command line in the place of the program',
    { type: 'exec', program: 'ls -la' },
    `Validation error: "command.program" was not found: 'ls -la' is in no directory of the child's PATH; arguments belong into "command.args", and a command line is of the type 'shell'`,
  ],
];

test.each(commands)('%s', async (_, command, message) => {
  expect(await refusalOf({ command })).toBe(message);
});

test.each([
  ['cwd', 'is unknown; did you mean "workingDir"?'],
  ['workDir', 'is unknown; did you mean "workingDir"?'],
  ['timeout', 'is unknown; did you mean "timeoutMs"?'],
  ['secrets', 'is unknown; did you mean "redact"?'],
  ['reject', 'is unknown; it is an option, in the second argument of run()'],
  ['signal', 'is unknown; it is an option, in the second argument of run()'],
  ['args', 'is unknown; it is a field of "request.command"'],
  ['memoryMax', 'is unknown; it is a field of "limits"'],
  ['logDir', 'is unknown; it is a field of the configuration'],
  [
    'maxConcurrent',
    'is unknown; did you mean "maxConcurrentExecutions", a field of the configuration?',
  ],
  [
    'concurrency',
    'is unknown; did you mean "maxConcurrentExecutions", a field of the configuration?',
  ],
  ['constructor', 'is unknown'],
])('the field %s of a request', async (field, problem) => {
  const message = await refusalOf({ ...exec('true'), [field]: 1 });
  expect(message).toBe(`The "request.${field}" property ${problem}`);
});

test.each([
  ['timeout', '; did you mean "defaultTimeoutMs"?'],
  ['timeoutMs', '; did you mean "defaultTimeoutMs"?'],
  ['maxConcurrent', '; did you mean "maxConcurrentExecutions"?'],
  ['concurrency', '; did you mean "maxConcurrentExecutions"?'],
  ['workingDir', '; it is a field of the request'],
  ['cwd', '; did you mean "workingDir", a field of the request?'],
  ['nothingLikeThat', ''],
])('the field %s of a configuration', (field, hint) => {
  const error = thrown(() => new ExecutionEngine({ [field]: 1 }));
  expect(error).toMatchObject({
    code: 'ERR_INVALID_CONFIG',
    message: `Invalid configuration: "${field}" is unknown${hint}`,
  });
});

describe('a signal without its prefix', () => {
  const rule = 'must be the name or number of a signal of this platform; did you mean "SIGTERM"?';

  test('is suggested with it, in a request and in a call', async () => {
    const engine = makeEngine();
    const request = { ...exec('true'), killSignal: 'term' as never };
    expect(await rejection(engine.execute(request))).toMatchObject({
      code: 'ERR_UNKNOWN_SIGNAL',
      message: `Unknown signal: term. The "request.killSignal" property ${rule}`,
    });
    expect(await rejection(engine.kill('any', 'TERM' as never))).toMatchObject({
      message: `Unknown signal: TERM. The "signal" argument ${rule}`,
    });
    expect(await rejection(engine.kill('any', 'NOPE' as never))).toMatchObject({
      message: expect.not.stringContaining('did you mean'),
    });
  });

  test('is suggested with it in a configuration', () => {
    expect(thrown(() => new ExecutionEngine({ killSignal: 'TERM' as never }))).toMatchObject({
      message: expect.stringContaining('; did you mean "SIGTERM"?'),
    });
  });
});

test.each([
  [{ killSignal: 'SIGTREM' }, '; did you mean "SIGTERM"?'],
  [{ killSignal: 'SIGTERMM' }, '; did you mean "SIGTERM"?'],
  [{ capture: 'Raw' }, 'Received \'Raw\'; did you mean "raw"?'],
  [{ oversizedOutputStrategy: 'stream-to-file' }, '; did you mean "streamToFile"?'],
  [{ ansi: 'colours' }, "Received 'colours'"],
  [{ pty: { colums: 80 } }, 'is unknown; did you mean "cols"?'],
  [{ pty: { columns: 80 } }, 'is unknown; did you mean "cols"?'],
  [{ pty: { height: 25 } }, 'is unknown; did you mean "rows"?'],
])('the near miss %j of a request', async (fields, end) => {
  const message = (await refusalOf({ ...exec('true'), ...fields })) as string;
  expect(message.slice(-end.length)).toBe(end);
});

test('a near miss of a configuration', () => {
  for (const [config, meant] of [
    [{ ansi: 'stripp' }, 'strip'],
    [{ killSignal: 'SIGTREM' }, 'SIGTERM'],
  ] as const) {
    expect(thrown(() => new ExecutionEngine(config as never))).toMatchObject({
      message: expect.stringMatching(new RegExp(`; did you mean "${meant}"\\?$`)),
    });
  }
});

describe('a message shows what was received', () => {
  test.each([
    [{ key: '' }, "must have 1 to 256 characters. Received ''"],
    [{ key: 5 }, 'must be of type string. Received type number (5)'],
    [{ redact: 'hunter2' }, 'must be an array of strings. Received type string'],
    [{ redact: null }, 'must be an array of strings. Received null'],
    [
      { redact: ['hunter2', 5] },
      '"request.redact[1]" property must be of type string. Received type number',
    ],
    [
      { metadata: 'hunter2' },
      '"request.metadata" property must be of type object. Received type string',
    ],
  ])('of the request %j', async (fields, end) => {
    const message = (await refusalOf({ ...exec('true'), ...fields })) as string;
    expect(message.slice(-end.length)).toBe(end);
    expect(message).not.toContain('hunter2');
  });

  test('of secrets in a configuration, without them', () => {
    const fault = (redact: unknown) => thrown(() => new ExecutionEngine({ redact } as never));
    expect(fault('hunter2')).toMatchObject({
      message: 'Invalid configuration: "redact" must be an array of strings. Received type string',
    });
    expect(fault(['hunter2', 5])).toMatchObject({
      message:
        'Invalid configuration: The "redact[1]" property must be of type string. Received type number',
    });
  });

  test('of the limit of a key, for which null is allowed', async () => {
    const engine = makeEngine();
    expect(await rejection(engine.setKeyLimit('db', undefined as never))).toMatchObject({
      message:
        'The value of "limit" is out of range. It must be an integer of at least 1, or null. Received undefined',
    });
    await engine.setKeyLimit('db', null);
  });
});

test('a handle or a promise in the place of an id is named', async () => {
  const engine = makeEngine();
  const run = engine.run(sh('true'));
  const call = (id: unknown) => rejection(engine.cancel(id as string));
  expect(await call(run)).toMatchObject({
    code: 'ERR_INVALID_ARG_TYPE',
    message:
      'The "id" argument must be of type string: the "id" of what was passed. Received an instance of LocalHandle',
  });
  expect(await call(await run)).toMatchObject({
    message: expect.stringContaining('must be of type string: the "id" of what was passed.'),
  });
  expect(await call(engine.execute(sh('true')))).toMatchObject({
    message: expect.stringContaining('must be of type string: await the promise. Received'),
  });
  expect(await call({})).toMatchObject({
    message: 'The "id" argument must be of type string. Received an instance of Object',
  });
  await engine.onIdle();
});

test('a relative path that does not exist names where it begins', async () => {
  const workingDir = '/';
  expect(await refusalOf({ command: { type: 'script', path: 'no/such.sh' }, workingDir })).toBe(
    `Validation error: "command.path" does not exist: 'no/such.sh' in "workingDir" '/'`,
  );
  expect(await refusalOf({ ...exec('./no-such-program') })).toBe(
    `Validation error: "command.program" does not exist: './no-such-program' in the working directory of the host`,
  );
  expect(await refusalOf({ ...exec('true'), workingDir: 'no-such-directory' })).toBe(
    `Validation error: "workingDir" does not exist: 'no-such-directory' in the working directory of the host`,
  );
});
