import { inspect } from 'node:util';
import { ExecutionEngine } from 'escher-execution-engine';
import { sh } from './support/commands';
import { makeEngine } from './support/engine';

const SECRET = 'pa55-w0rd!x';
/** Told in two halves, so that the command itself does not hold it. */
const TELL =
  'a=pa55-; echo "$a"w0rd!x; printf %s "$a"; sleep 0.05; echo w0rd!x; printf %s "$a"w0rd!x | base64';

test('no secret comes out in lines, batches, output or events', async () => {
  const engine = makeEngine({ redact: [SECRET] });
  const heard: unknown[] = [];
  for (const name of ['started', 'stdout', 'output', 'completed', 'settled'] as const) {
    engine.on(name, (payload) => heard.push(payload));
  }
  const run = engine.run(sh(TELL));
  const lines: string[] = [];
  for await (const line of run.lines()) lines.push(line);
  const result = await run;
  expect(lines).toEqual(['***', '***', expect.stringMatching(/^\*\*\*/)]);
  expect(result.stdout).toBe(lines.map((line) => `${line}\n`).join(''));
  const all = JSON.stringify([heard, result]);
  expect(all).not.toContain(SECRET);
  expect(all).not.toContain(Buffer.from(SECRET).toString('base64').slice(0, 8));
});

test('the command, the metadata and the listing are redacted', async () => {
  const engine = makeEngine();
  const id = await engine.execute({
    ...sh(`: ${SECRET}`),
    redact: [SECRET],
    metadata: { source: `by ${SECRET}`, tags: { key: SECRET } },
  });
  const result = await engine.waitForCompletion(id);
  expect(result.command).toBe(': ***');
  expect(result.metadata).toEqual({ source: 'by ***', tags: { key: '***' } });
  expect(await engine.listExecutions()).toMatchObject([{ id, command: ': ***' }]);
});

test('metadata that is no JSON any more comes back empty', async () => {
  const engine = makeEngine();
  const result = await engine.run({
    ...sh('true'),
    redact: ['98765'],
    metadata: { number: 987654 } as never,
  });
  expect(result.metadata).toEqual({});
});

test('one that was cancelled before it began shows no secret either', async () => {
  const engine = makeEngine({ redact: ['another secret'] });
  const run = engine.run(sh(`: ${SECRET}`), { signal: AbortSignal.abort() });
  expect((await run).command).toBe('***');
});

test('refusals name the field and never the secret', async () => {
  const engine = makeEngine();
  await expect(engine.run({ ...sh('true'), redact: [SECRET, 'ab1'] })).rejects.toMatchObject({
    code: 'ERR_VALIDATION',
    reason: 'INVALID_REDACT',
    message: expect.stringMatching(/redact\[1\](?!.*ab1)/),
  });
  const wrongType = engine.execute({ ...sh('true'), redact: ['ab1', 7] as never });
  await expect(wrongType).rejects.toMatchObject({
    code: 'ERR_INVALID_ARG_TYPE',
    message: 'The "request.redact" property must be an array of strings.',
  });
  expect(() => new ExecutionEngine({ redact: 'ab1' as never })).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_CONFIG',
      message: expect.not.stringContaining('ab1'),
    }),
  );
  expect(() => new ExecutionEngine({ redact: ['ab1'] })).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_CONFIG',
      message: expect.not.stringContaining('ab1'),
    }),
  );
});

test('an engine that is printed shows no secret', () => {
  const engine = makeEngine({ redact: [SECRET] });
  expect(inspect(engine)).not.toContain(SECRET);
});
