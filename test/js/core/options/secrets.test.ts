import { deepStrictEqual } from 'node:assert';
import { inspect } from 'node:util';
import { ExecutionEngine, type ExecutionRequest } from 'escher-execution-engine';
import { exec, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { rejection } from '../../support/expectations';

const SECRET = 'hunter2';
const NUMBER = 13371337;

const command = { type: 'exec', program: 'true' };

/** Requests of the wrong shape, each with a secret where it does not belong. */
const requests: [string, unknown][] = [
  ['args as a string', { command: { ...command, args: SECRET } }],
  ['an argument that is a number', { command: { ...command, args: ['-p', NUMBER] } }],
  ['a program that is a number', { command: { type: 'exec', program: NUMBER } }],
  ['a shell command that is a number', { command: { type: 'shell', command: NUMBER } }],
  ['a command that is a string', { command: SECRET }],
  ['a variable that is a number', { command, env: { TOKEN: NUMBER } }],
  ['a variable that is a BigInt', { command, env: { TOKEN: BigInt(NUMBER) } }],
  ['an environment that is a string', { command, env: `TOKEN=${SECRET}` }],
  ['an input that is a number', { command, input: NUMBER }],
  ['an input in the place of stdin', { command, stdin: SECRET }],
  ['a secret that is a number', { command, redact: [NUMBER] }],
  ['a secret that is no list', { command, redact: SECRET }],
  ['a tag that is a number', { command, metadata: { tags: { token: NUMBER } } }],
  ['a source that is a number', { command, metadata: { source: NUMBER } }],
  ['metadata that is a string', { command, metadata: SECRET }],
  [
    'a toJSON() that throws',
    {
      command,
      metadata: {
        token: {
          toJSON() {
            throw new Error(SECRET);
          },
        },
      },
    },
  ],
  [
    'a getter that throws',
    {
      command,
      metadata: {
        nested: {
          get token() {
            throw new Error(SECRET);
          },
        },
      },
    },
  ],
];

/** Everything that a program may print of a value. */
const dumps = (value: unknown): string =>
  [
    inspect(value, { depth: null, showHidden: true, getters: true }),
    JSON.stringify(value),
    String(value),
    (value as Error).stack,
  ].join('\n');

describe('no message shows', () => {
  test.each(requests)('%s', async (_, request) => {
    const engine = makeEngine();
    for (const start of [
      engine.execute(request as ExecutionRequest),
      engine.run(request as ExecutionRequest).result,
    ]) {
      const error = await rejection(start);
      expect(error).toBeInstanceOf(Error);
      expect(dumps(error)).not.toMatch(/hunter2|13371337/);
    }
  });

  const PLACES: [string, object][] = [
    ['killSignal', { killSignal: SECRET }],
    ['timeoutMs', { timeoutMs: SECRET }],
    ['priority', { priority: `12345678901234567 ${SECRET}` }],
    ['id', { id: SECRET }],
    ['oversizedOutputStrategy', { oversizedOutputStrategy: 'x'.repeat(92) + SECRET }],
    ['the type of the command', { command: { type: SECRET } }],
    ['the name of a field', { [SECRET]: 1 }],
    ['the name of a variable', { env: { [SECRET]: 1 } }],
    ['a pattern', { progress: { pattern: `(${SECRET}` } }],
    ['the name of a signal', { killSignal: `SIG${SECRET}` }],
  ];
  test.each(PLACES)('%s, of the secrets of engine and request', async (_, fields) => {
    const request = { ...exec('true'), ...fields } as ExecutionRequest;
    for (const [config, given] of [
      [{ redact: [SECRET] }, request],
      [{}, { ...request, redact: [SECRET] }],
    ] as const) {
      const error = await rejection(makeEngine(config).execute(given));
      expect(error).toBeInstanceOf(Error);
      expect(dumps(error)).not.toMatch(/hunte/);
    }
  });

  test('the reason of metadata that cannot be JSON is named', async () => {
    const engine = makeEngine();
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    for (const [metadata, why] of [
      [circular, 'Converting circular structure to JSON'],
      [{ big: 1n }, 'Do not know how to serialize a BigInt'],
      [{ toJSON: () => 'text' }, 'no JSON object'],
      [requests.at(-1)?.[1], 'a getter or a toJSON() of it threw an error'],
    ] as [Record<string, unknown>, string][]) {
      expect(await rejection(engine.execute({ ...exec('true'), metadata }))).toMatchObject({
        code: 'ERR_SERIALIZATION',
        message: `Serialization error: "request.metadata": ${why}`,
      });
    }
  });

  test('a secret of the configuration that is not a text', () => {
    for (const redact of [[NUMBER], SECRET, { SECRET }]) {
      let error: unknown;
      try {
        new ExecutionEngine({ redact: redact as never });
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ code: 'ERR_INVALID_CONFIG' });
      expect(dumps(error)).not.toMatch(/hunter2|13371337/);
    }
  });
});

describe('a dump of an engine with secrets', () => {
  test('shows none of them', async () => {
    const engine = makeEngine({ redact: [SECRET] });
    const run = engine.run(sh(`echo ${SECRET}`, { redact: [SECRET] }));
    const result = await run;
    for (const value of [engine, engine.config, { engine }, [engine.config.redact], run, result]) {
      expect(dumps(value)).not.toContain(SECRET);
    }
    expect(JSON.parse(JSON.stringify(engine)).config.redact).toEqual(['***']);
    expect(inspect(engine.config)).toContain("redact: [ '***' ]");
  });

  test('has none to show, whatever prints, compares or copies its configuration', () => {
    const { config } = makeEngine({ redact: [SECRET] });
    expect(config.redact).toEqual(['***']);
    let difference: unknown;
    try {
      deepStrictEqual(config, {});
    } catch (error) {
      difference = error;
    }
    const raw = { customInspect: false, showHidden: true, depth: null };
    for (const shown of [
      inspect(difference, raw),
      inspect(makeEngine({ redact: [SECRET] }), raw),
      inspect(config, raw),
      inspect(structuredClone(config), raw),
      [...config.redact].join(),
    ]) {
      expect(shown).not.toContain(SECRET);
    }
  });

  test('can be given to another engine, and its list to a request', async () => {
    const { config } = makeEngine({ redact: [SECRET] });
    const hidden = { stdout: '***\n' };
    for (const same of [config, { ...config, maxQueuedExecutions: 3 }]) {
      expect(await makeEngine(same).run(sh(`echo ${SECRET}`))).toMatchObject(hidden);
    }
    const redact = config.redact;
    expect(await makeEngine().run(sh(`echo ${SECRET}`, { redact }))).toMatchObject(hidden);
    // A copy has no secrets, and is not silently without effect.
    expect(() => new ExecutionEngine(structuredClone(config))).toThrow(/"redact\[0\]" must be/);
  });
});
