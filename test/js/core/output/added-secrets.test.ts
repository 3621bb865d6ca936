/** `addSecret()`: from then on a text is redacted everywhere. What was shown before stays. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Execution } from 'escher-execution-engine';
import { sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { present } from '../../support/expectations';
import { tempDir } from '../../support/temp';

const SECRET = 'hunter2-and-more';

/** Prints what it reads, line by line. */
const ECHO = 'while IFS= read -r line; do printf "%s\\n" "$line"; done';

/** The next line of a command that prints its input. */
async function echoed(run: Execution, text: string): Promise<string> {
  await run.stdin?.write(`${text}\n`);
  for await (const { line } of run) if (line !== '') return line;
  throw new Error('the output has ended');
}

async function lineAfter(lines: AsyncIterator<string>): Promise<string> {
  const { value } = await lines.next();
  return value as string;
}

test('redacts what a running command prints from then on, and its result as a whole', async () => {
  const engine = makeEngine();
  const run = engine.run(sh(ECHO, { stdin: 'pipe' }));
  const lines = run.lines()[Symbol.asyncIterator]();
  await engine.sendInput(run.id, `first ${SECRET}\n`);
  expect(await lineAfter(lines)).toBe(`first ${SECRET}`);
  await engine.addSecret(SECRET);
  await engine.sendInput(run.id, `second ${SECRET}\n`);
  expect(await lineAfter(lines)).toBe('second ***');
  await engine.closeInput(run.id);
  const result = await run;
  expect(result.stdout).toBe('first ***\nsecond ***\n');
  expect(result.stdoutBytes).toBeGreaterThan(result.stdout.length);
});

test('a late reader of a running command gets the earlier lines redacted', async () => {
  const engine = makeEngine();
  const run = engine.run(sh(ECHO, { stdin: 'pipe' }));
  expect(await echoed(run, `one ${SECRET}`)).toBe(`one ${SECRET}`);
  await engine.addSecret(SECRET);
  await engine.sendInput(run.id, 'two\n');
  await engine.closeInput(run.id);
  const late = present(engine.attach(run.id));
  const seen: string[] = [];
  for await (const line of late.lines()) seen.push(line);
  expect(seen).toEqual(['one ***', 'two']);
});

test('both streams are replayed in their order', async () => {
  const engine = makeEngine();
  const steps = [1, 2, 3].map(
    (n) => `echo out ${n} ${SECRET}; sleep 0.05; echo err ${n} >&2; sleep 0.05`,
  );
  const { id } = await engine.run(sh(steps.join('\n')));
  await engine.addSecret(SECRET);
  const seen: string[] = [];
  for await (const { stream, line } of present(engine.attach(id))) seen.push(`${stream} ${line}`);
  expect(seen.filter((line) => line.startsWith('stdout'))).toEqual(
    [1, 2, 3].map((n) => `stdout out ${n} ***`),
  );
  expect(seen.filter((line) => line.startsWith('stderr'))).toEqual(
    [1, 2, 3].map((n) => `stderr err ${n}`),
  );
});

test('an unfinished line that holds the secret back is redacted as a whole', async () => {
  const engine = makeEngine({ partialLineFlushMs: Number.POSITIVE_INFINITY });
  const run = engine.run(sh('cat', { stdin: 'pipe' }));
  await engine.sendInput(run.id, 'ready\n');
  const lines = run.lines()[Symbol.asyncIterator]();
  expect(await lineAfter(lines)).toBe('ready');
  await engine.addSecret(SECRET);
  await engine.sendInput(run.id, SECRET.slice(0, 5));
  await engine.sendInput(run.id, `${SECRET.slice(5)}\n`);
  expect(await lineAfter(lines)).toBe('***');
  await engine.closeInput(run.id);
  await run;
});

test('a secret of the request and an added one are both redacted, one after the other added', async () => {
  const engine = makeEngine({ redact: ['the-first-one'] });
  const run = engine.run(sh(ECHO, { stdin: 'pipe', redact: ['the-second-one'] }));
  const lines = run.lines()[Symbol.asyncIterator]();
  for (const added of ['the-third-one', 'the-fourth-one', SECRET]) {
    // The beginning of a secret is held back.
    await engine.sendInput(run.id, 'the-sec');
    await engine.addSecret(added);
    await engine.sendInput(run.id, `ond-one ${added}\n`);
    expect(await lineAfter(lines)).toBe('*** ***');
  }
  await engine.sendInput(run.id, 'the-first-one the-second-one the-third-one the-fourth-one\n');
  expect(await lineAfter(lines)).toBe('*** *** *** ***');
  await engine.closeInput(run.id);
  await run;
});

test.each(['raw', 'sgr', 'strip'] as const)('is redacted with ansi: %s', async (ansi) => {
  const engine = makeEngine({ ansi });
  const run = engine.run(sh(ECHO, { stdin: 'pipe' }));
  const lines = run.lines()[Symbol.asyncIterator]();
  await engine.sendInput(run.id, 'ready\n');
  expect(await lineAfter(lines)).toBe('ready');
  await engine.addSecret(SECRET);
  await engine.sendInput(run.id, `a ${SECRET} b\n`);
  expect(await lineAfter(lines)).toBe('a *** b');
  await engine.closeInput(run.id);
  await run;
});

test('commands, metadata, errors and listings of running, ended and later executions', async () => {
  const engine = makeEngine();
  const request = (command: string) =>
    sh(`${command} # ${SECRET}`, { metadata: { note: `about ${SECRET}` }, key: `key ${SECRET}` });
  const ended = await engine.run(request(`echo ${SECRET} >&2; exit 3`));
  expect(ended.command).toContain(SECRET);
  const running = engine.run(request('read -r _'), {});
  await engine.getStatus(running.id);
  await engine.addSecret(SECRET);
  const later = await engine.run(request('true'));
  await running.cancel();
  await running;
  const shown = [
    await engine.getResult(ended.id),
    await engine.getResult(running.id),
    later,
    await engine.listExecutions(),
  ];
  expect(JSON.stringify(shown)).not.toContain(SECRET);
  expect(await engine.getResult(ended.id)).toMatchObject({
    command: expect.stringContaining('***'),
    key: 'key ***',
    stderr: '***\n',
    metadata: { note: 'about ***' },
  });
});

test('a message about a later request does not show it', async () => {
  const engine = makeEngine();
  await engine.addSecret(SECRET);
  const bad = { command: { type: 'exec', program: 'true' }, timeoutMs: SECRET };
  await expect(engine.execute(bad as never)).rejects.toThrow(/Received type string \('\*\*\*'\)/);
  const missing = { command: { type: 'exec' as const, program: `/no/${SECRET}` } };
  await expect(engine.execute(missing)).rejects.toThrow('/no/***');
});

test('the log of a running command has it redacted from then on', async () => {
  const logDir = tempDir();
  const engine = makeEngine({ logDir });
  const run = engine.run(sh(ECHO, { stdin: 'pipe' }));
  expect(await echoed(run, `one ${SECRET}`)).toBe(`one ${SECRET}`);
  await engine.addSecret(SECRET);
  await engine.sendInput(run.id, `two ${SECRET}\n`);
  await engine.closeInput(run.id);
  await run;
  const log = readFileSync(join(logDir, `${run.id}.log`), 'utf8');
  expect(log).toContain(`stdout one ${SECRET}\n`);
  expect(log).toContain('stdout two ***\n');
});

test.each([
  ['a number', 7, 'ERR_INVALID_ARG_TYPE', /"text" argument must be of type string/],
  ['an empty text', '', 'ERR_VALIDATION', /"text" must be at least 4 characters long/],
  ['white space', '     ', 'ERR_VALIDATION', /received 0 characters/],
  ['a long text', 'x'.repeat(65_537), 'ERR_VALIDATION', /at most 65536 bytes long, received 65537/],
])('%s is rejected', async (_, text, code, message) => {
  const engine = makeEngine();
  await expect(engine.addSecret(text as string)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
  expect((await engine.run(sh('echo xxxx'))).stdout).toBe('xxxx\n');
});

test('a closed engine rejects it', async () => {
  const engine = makeEngine();
  await engine.shutdown();
  await expect(engine.addSecret(SECRET)).rejects.toMatchObject({ code: 'ERR_ENGINE_CLOSED' });
});

test('the same secret can be added again, also by many calls at once', async () => {
  const engine = makeEngine();
  await Promise.all(Array.from({ length: 20 }, () => engine.addSecret(SECRET)));
  expect((await engine.run(sh(`echo ${SECRET}`))).stdout).toBe('***\n');
});
