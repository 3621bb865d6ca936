import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { type Execution, ExecutionEngine } from 'escher-execution-engine';
import { sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { tempDir } from '../../support/temp';
import { waitFor } from '../../support/wait';

const SECRET = 'pa55-w0rd!x';
/** Printed in two halves, so that the command text does not contain it. */
const TELL =
  'a=pa55-; echo "$a"w0rd!x; printf %s "$a"; sleep 0.05; echo w0rd!x; printf %s "$a"w0rd!x | base64';

test('no secret appears in lines, batches, output or events', async () => {
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

test('metadata that redaction makes invalid JSON is returned empty', async () => {
  const engine = makeEngine();
  const result = await engine.run({
    ...sh('true'),
    redact: ['98765'],
    metadata: { number: 987654 } as never,
  });
  expect(result.metadata).toEqual({});
});

test('an execution cancelled before its start shows no secret', async () => {
  const engine = makeEngine({ redact: ['another secret'] });
  const run = engine.run(sh(`: ${SECRET}`), { signal: AbortSignal.abort() });
  expect((await run).command).toBe('***');
});

test('validation errors name the field and never the secret', async () => {
  const engine = makeEngine();
  await expect(engine.run({ ...sh('true'), redact: [SECRET, 'ab1'] })).rejects.toMatchObject({
    code: 'ERR_VALIDATION',
    reason: 'INVALID_REDACT',
    message: expect.stringMatching(/redact\[1\](?!.*ab1)/),
  });
  const wrongType = engine.execute({ ...sh('true'), redact: ['ab1', 7] as never });
  await expect(wrongType).rejects.toMatchObject({
    code: 'ERR_INVALID_ARG_TYPE',
    message: 'The "request.redact[1]" property must be of type string. Received type number',
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

test('a printed engine shows no secret', () => {
  const engine = makeEngine({ redact: [SECRET] });
  expect(inspect(engine)).not.toContain(SECRET);
});

test('the beginning of a secret at the end of the output is delivered: it is not the secret', async () => {
  const BEGINNING = 'pa55-w0rd';
  const engine = makeEngine({ redact: [SECRET] });
  const printed = join(tempDir(), 'printed');
  const ends: [string, (run: Execution) => unknown, string][] = [
    [`printf ${BEGINNING}`, () => undefined, 'completed'],
    [`printf ${BEGINNING}; kill -9 $$`, () => undefined, 'failed'],
    [`printf ${BEGINNING}; : > ${printed}; exec sleep 600`, (run) => run.cancel(), 'cancelled'],
  ];
  for (const [command, end, status] of ends) {
    const run = engine.run(sh(command));
    const lines: string[] = [];
    run.on('stdout', ({ line }) => lines.push(line));
    if (command.includes(printed)) await waitFor('the output', () => existsSync(printed));
    // It can continue: nothing of it is shown.
    if (command.includes(printed)) expect(lines).toEqual([]);
    await end(run);
    expect(await run).toMatchObject({ status, stdout: BEGINNING });
    expect(lines.join('')).toBe(BEGINNING);
  }
});
