import { runInNewContext } from 'node:vm';
import type { ExecutionEngine, ExecutionRequest } from 'escher-execution-engine';
import { LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { rejection } from '../../support/expectations';

const foreign = (expression: string): never =>
  runInNewContext(expression, { URL, Buffer }) as never;

describe('a request of another realm', () => {
  test('is read like one of this realm', async () => {
    const engine = makeEngine();
    const result = await engine.run(
      foreign(`({
        command: { type: 'exec', program: 'sh', args: ['-c', 'cat; echo "$A $0" >&2', 'zero'] },
        env: { A: 'a' },
        input: new Uint8Array([104, 105]),
        metadata: { source: 'there', tags: { x: '1' } },
        redact: ['secret'],
        limits: { openFiles: 64 },
        progress: { pattern: /(\\d+)%/ },
      })`),
    );
    expect(result).toMatchObject({
      ...{ status: 'completed', stdout: 'hi', stderr: 'a zero\n' },
      metadata: { source: 'there', tags: { x: '1' } },
    });
    expect(
      await engine.listExecutions(foreign(`({ tag: 'x=1', status: ['completed'] })`)),
    ).toHaveLength(1);
  });

  test.each([
    ['new ArrayBuffer(2)'],
    ['new SharedArrayBuffer(2)'],
    ['new DataView(new ArrayBuffer(2))'],
    ['new Uint16Array(1)'],
    ['Buffer.alloc(2)'],
  ])('takes bytes: %s', async (input) => {
    const { stdout } = await makeEngine().run(sh('od -An -tx1', { input: foreign(input) }));
    expect(stdout.trim()).toBe('00 00');
  });

  test('makes a configuration', () => {
    const { config } = makeEngine(foreign(`({ redact: ['secret'], limits: { nice: 1 } })`));
    expect(config).toMatchObject({ redact: ['***'], limits: { nice: 1 } });
  });
});

describe('an environment whose variables are not its own properties is refused', () => {
  const spread = ', such as { ...env }';
  const entries = ', such as Object.fromEntries(env)';
  test.each<[string, unknown, advice: string]>([
    ['of a prototype', Object.create({ A: 'a' }), spread],
    ['of process.env as prototype', Object.create(process.env), spread],
    ['a Map', new Map([['A', 'a']]), entries],
    ['a foreign Map', foreign(`new Map([['A', 'a']])`), entries],
    ['Headers', new Headers({ A: 'a' }), entries],
    ['URLSearchParams', new URLSearchParams('A=a'), entries],
    ['a promise', Promise.resolve({ A: 'a' }), ', such as await env'],
    ['a list', [['A', 'a']], ''],
    ['a foreign list', foreign(`[['A', 'a']]`), ''],
    ['a Set', new Set(['A=a']), ''],
    ['a pattern', /A=a/, ''],
    ['bytes', Buffer.from('A=a'), ''],
    [
      'an instance of a class',
      new (class Env {
        A = 'a';
      })(),
      spread,
    ],
    ['a foreign object with a prototype', foreign(`Object.create({ A: 'a' })`), spread],
  ])('%s', async (_, env, advice) => {
    const request = sh('true', { env: env as ExecutionRequest['env'] });
    expect(await rejection(makeEngine().execute(request))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
      message: expect.stringContaining(
        `"request.env" property must be a plain object${advice}. Received`,
      ),
    });
  });

  test.each<[string, unknown]>([
    ['process.env', process.env],
    ['an object without a prototype', { __proto__: null, A: 'a' }],
    ['a foreign object', foreign(`({ A: 'a' })`)],
    ['a foreign object without a prototype', foreign(`({ __proto__: null, A: 'a' })`)],
  ])('but %s is not', async (_, env) => {
    const request = sh('true', { env: env as ExecutionRequest['env'] });
    expect((await makeEngine().run(request)).status).toBe('completed');
  });
});

const A_MAP = new Map([['a', '1']]) as never;

test.each<[string, () => Promise<unknown> | ExecutionEngine]>([
  ['request', () => makeEngine().execute(A_MAP)],
  ['command', () => makeEngine().execute({ command: A_MAP })],
  ['metadata.tags', () => makeEngine().execute(sh('true', { metadata: { tags: A_MAP } }))],
  ['limits', () => makeEngine().execute(sh('true', { limits: A_MAP }))],
  ['options', () => makeEngine().waitForCompletion('any', A_MAP)],
  ['filter', () => makeEngine().listExecutions(A_MAP)],
  ['keyLimits', () => makeEngine({ keyLimits: A_MAP })],
  ['config', () => makeEngine(A_MAP)],
])('another record that is a Map is refused: %s', async (field, call) => {
  const error = (await rejection((async () => await call())())) as Error;
  expect(error.message).toContain(field);
  expect(error.message).toContain('must be a plain object, such as Object.fromEntries(');
});

test('arrays and objects of results and events are of the realm of the caller', async () => {
  const engine = makeEngine();
  const run = engine.run(sh(`echo out; ${LONG}`, { metadata: { list: [{}] } }));
  const events: object[] = [];
  for (const name of ['started', 'output', 'settled'] as const)
    run.on(name, (event) => events.push(event));
  for await (const _ of run) break;
  await run.cancel();
  const result = await run;
  const bytes = await engine.getResult(run.id, { encoding: 'buffer' });
  const { termination, metadata } = result;
  for (const list of [termination?.signals, termination?.survivors, metadata.list]) {
    expect(list).toBeInstanceOf(Array);
  }
  expect(bytes?.stdout).toBeInstanceOf(Uint8Array);
  expect(events).toHaveLength(3);
  expect((events[1] as { lines: unknown }).lines).toBeInstanceOf(Array);
  for (const event of events) expect(Object.getPrototypeOf(event)).toBe(Object.prototype);
  for (const object of [result, termination, metadata, result.error, result.resourceUsage]) {
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
  }
});
