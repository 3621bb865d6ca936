/** `capture: 'raw'`: the program that asked for it gets the exact output, and everything else stays redacted. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionConfigInput, ExecutionRequest } from 'escher-execution-engine';
import { exec, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { present, rejection } from '../../support/expectations';
import { tempDir } from '../../support/temp';

const SECRET = 'hunter2-and-more';
/** The shell joins the secret from parts, so that the command does not contain it. */
const PRINT = 'a=hunter2; echo "<$a-and-more>"; echo "err $a-and-more" >&2';
const raw = (script = PRINT, rest: Partial<ExecutionRequest> = {}) =>
  sh(script, { redact: [SECRET], capture: 'raw', ...rest });

const NOT_CAPTURED = {
  name: 'TypeError',
  code: 'ERR_INVALID_ARG_VALUE',
  message:
    'The "options.redacted" property must be true for an execution without capture: \'raw\' in its request. Received false',
};

async function exactOf(request: ExecutionRequest, config: ExecutionConfigInput = {}) {
  const engine = makeEngine(config);
  const result = await engine.run(request);
  const exact = present(await engine.getResult(result.id, { redacted: false }));
  return { engine, result, exact };
}

test('getResult() returns the exact output for redacted: false, and the redacted one otherwise', async () => {
  const { engine, result, exact } = await exactOf(raw());
  expect(exact.stdout).toBe(`<${SECRET}>\n`);
  expect(exact.stderr).toBe(`err ${SECRET}\n`);
  expect(exact.stdoutBytes).toBe(exact.stdout.length);
  expect(exact.stdoutTruncated).toBe(false);
  expect(result.stdout).toBe('<***>\n');
  for (const options of [undefined, {}, { redacted: true }, { redacted: undefined }]) {
    expect(await engine.getResult(result.id, options)).toEqual(result);
  }
  const { stdout, stderr, stdoutBytes, stderrBytes, ...rest } = exact;
  expect(result).toMatchObject(rest);
  expect((await engine.waitForCompletion(result.id)).stdout).toBe('<***>\n');
});

test('the bytes are those of the command, before ansi, decoding and redaction', async () => {
  const script = `printf 'a\\033[1m\\377${SECRET}\\r\\n'`;
  const { engine, result } = await exactOf(raw(script, { ansi: 'strip' }));
  const options = { encoding: 'buffer', redacted: false } as const;
  const { stdout } = present(await engine.getResult(result.id, options));
  expect(Buffer.from(stdout)).toEqual(Buffer.from(`a\x1b[1m\xff${SECRET}\r\n`, 'latin1'));
  expect(stdout).toBeInstanceOf(Uint8Array);
  expect(result.stdout).toBe('a\ufffd***\r\n');
});

test('an execution that did not ask for it has none', async () => {
  const engine = makeEngine({ redact: [SECRET] });
  for (const capture of [undefined, 'redacted'] as const) {
    const run = engine.run(sh(`${PRINT}; read -r _`, { capture, stdin: 'pipe' }));
    // While it runs, and after its end.
    await engine.getStatus(run.id);
    expect(await rejection(engine.getResult(run.id, { redacted: false }))).toMatchObject(
      NOT_CAPTURED,
    );
    run.stdin.end();
    await run;
    expect(await rejection(engine.getResult(run.id, { redacted: false }))).toMatchObject(
      NOT_CAPTURED,
    );
  }
});

test('it is null before the end, and an unknown execution is not found', async () => {
  const engine = makeEngine();
  const run = engine.run({ ...raw('cat'), stdin: 'pipe' });
  expect(await engine.getResult(run.id, { redacted: false })).toBeNull();
  run.stdin.end(SECRET);
  await run;
  expect(await engine.getResult(run.id, { redacted: false })).toMatchObject({ stdout: SECRET });
  await engine.removeExecution(run.id);
  expect(await rejection(engine.getResult(run.id, { redacted: false }))).toMatchObject({
    code: 'ERR_EXECUTION_NOT_FOUND',
  });
});

test('a secret that is added later, or during the execution, is in it', async () => {
  const engine = makeEngine();
  const run = engine.run(sh('cat', { stdin: 'pipe', capture: 'raw' }));
  await run.stdin.write(`1 ${SECRET}\n`);
  await engine.addSecret(SECRET);
  run.stdin.end(`2 ${SECRET}\n`);
  await run;
  await engine.addSecret('and-one-more-secret');
  expect(await engine.getResult(run.id)).toMatchObject({ stdout: '1 ***\n2 ***\n' });
  expect(await engine.getResult(run.id, { redacted: false })).toMatchObject({
    stdout: `1 ${SECRET}\n2 ${SECRET}\n`,
  });
});

test('nothing else shows it: events, lines, logs, overflow files, recordings, errors, listings', async () => {
  const directory = tempDir();
  const engine = makeEngine({
    logDir: directory,
    overflowDir: directory,
    journalDir: tempDir(),
    maxOutputSizeBytes: 10,
    oversizedOutputStrategy: 'streamToFile',
  });
  const shown: unknown[] = [];
  for (const name of ['started', 'output', 'stdout', 'stderr', 'settled', 'failed'] as const) {
    engine.on(name, (event: object) => shown.push(event));
  }
  const recordPath = join(directory, 'recording.cast');
  const run = engine.run(raw(`${PRINT}; ${PRINT}; exit 3`, { recordPath }));
  const lines: string[] = [];
  for await (const line of run.lines()) lines.push(line);
  const error = await rejection(engine.run(raw(`${PRINT}; exit 3`), { reject: true }));
  const replayed: string[] = [];
  for await (const line of present(engine.attach(run.id)).lines()) replayed.push(line);
  shown.push(lines, replayed, String(error), error, await engine.listExecutions());
  shown.push(await engine.getResult(run.id));
  expect(lines).toContain('<***>');
  expect(JSON.stringify(shown)).not.toContain('hunter2-');
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'));
  expect(files.length).toBeGreaterThanOrEqual(3);
  expect(files.join('')).toContain('***');
  expect(files.join('')).not.toContain('hunter2-');
  const exact = present(await engine.getResult(run.id, { redacted: false }));
  expect(exact).toMatchObject({ stdout: '<hunter2-a', stdoutTruncated: true, stdoutBytes: 38 });
});

test.each([
  ['truncateWithWarning', 'utf8'],
  ['truncateWithWarning', 'buffer'],
  ['streamToFile', 'utf8'],
  ['streamToFile', 'buffer'],
] as const)('truncated output with %s, as %s, has bytes of the command only', async (...given) => {
  const [oversizedOutputStrategy, encoding] = given;
  const script = `printf '${SECRET}%s' 1 2 3 4 5 6 7 8 9; printf 'short ${SECRET}' >&2`;
  const limits = { maxOutputSizeBytes: 24, oversizedOutputStrategy };
  const { engine, result } = await exactOf(raw(script, limits));
  const options = { encoding: encoding as 'buffer', redacted: false } as const;
  const exact = present(await engine.getResult(result.id, options));
  expect(Buffer.from(exact.stdout).toString()).toBe(`${SECRET}1hunter2`);
  expect(Buffer.from(exact.stderr).toString()).toBe(`short ${SECRET}`);
  expect(exact).toMatchObject({ stdoutTruncated: true, stdoutBytes: 9 * 17 });
  expect(exact).toMatchObject({ stderrTruncated: false, stderrBytes: 22 });
  // That file has the redacted output.
  expect(exact).toMatchObject({ stdoutOverflowFile: null, stderrOverflowFile: null });
  const isSpilled = oversizedOutputStrategy === 'streamToFile';
  expect(result.stdoutOverflowFile).toEqual(isSpilled ? expect.any(String) : null);
});

test('it is truncated by itself, and fails no execution', async () => {
  const limits = { maxOutputSizeBytes: 8, oversizedOutputStrategy: 'failExecution' } as const;
  const { result, exact } = await exactOf(raw(`printf ${SECRET}`, limits));
  expect(result).toMatchObject({ status: 'completed', stdout: '***', stdoutTruncated: false });
  expect(exact).toMatchObject({ stdout: 'hunter2-', stdoutTruncated: true, stdoutBytes: 16 });
});

test('it counts against maxRetainedBytes, and is dropped with the redacted output', async () => {
  const { engine, exact } = await exactOf(raw(`printf ${SECRET}`));
  expect((await engine.stats()).retainedBytes).toBe(exact.stdout.length + 3);
  const small = await exactOf(raw(`printf ${SECRET}`), { maxRetainedBytes: 18 });
  expect(small.exact).toMatchObject({ stdout: '', stderr: '', outputDropped: true });
  const options = { encoding: 'buffer', redacted: false } as const;
  const bytes = await small.engine.getResult(small.result.id, options);
  expect(bytes).toMatchObject({ stdout: new Uint8Array(0), outputDropped: true });
});

test('what the result says of it stays right after it was dropped', async () => {
  const limits = { maxOutputSizeBytes: 20, maxRetainedBytes: 1 };
  const script = `printf '${SECRET} ${SECRET}'; printf '${SECRET}' >&2`;
  const { engine, exact, result } = await exactOf(raw(script), limits);
  const counts = {
    stdoutBytes: 33,
    stdoutTruncated: true,
    stderrBytes: 16,
    stderrTruncated: false,
    outputDropped: true,
  };
  expect(exact).toMatchObject({ stdout: '', stderr: '', ...counts });
  await engine.addSecret('another-secret');
  expect(await engine.getResult(result.id, { redacted: false })).toMatchObject(counts);
  expect(await engine.getResult(result.id)).toMatchObject({
    stdoutBytes: 7,
    stdoutTruncated: false,
    stderrBytes: 3,
    outputDropped: true,
  });
});

test('it is kept for a large output of both streams', async () => {
  const script = 'seq 1 200000; seq 1 100000 >&2';
  const { result, exact } = await exactOf(raw(script, { redact: ['99999'] }));
  expect(exact.stdout).toHaveLength(1_288_895);
  expect(exact.stderr).toHaveLength(588_895);
  expect(result.stdout).toBe(exact.stdout.replaceAll('99999', '***'));
});

test('a terminal, and a command that cannot be started', async () => {
  const { engine, exact } = await exactOf(raw(`printf '\\033[1m${SECRET}\\n'`, { pty: true }));
  expect(exact.stdout).toBe(`\x1b[1m${SECRET}\r\n`);
  const broken = engine.run(exec('/', [], { capture: 'raw' }));
  await broken.result.catch(() => undefined);
  expect(await engine.getResult(broken.id, { redacted: false })).toMatchObject({
    status: 'failed',
    stdout: '',
    stdoutBytes: 0,
  });
});

test.each([
  [{ capture: 'exact' as unknown }, /must be one of: 'redacted', 'raw'\. Received 'exact'/],
  [{ capture: true }, /must be of type string/],
])('a request with %j is rejected', async (rest, message) => {
  const engine = makeEngine();
  expect(await rejection(engine.execute(sh('true', rest as object)))).toMatchObject({
    message: expect.stringMatching(message),
  });
});

test('redacted must be a boolean', async () => {
  const { engine, result } = await exactOf(raw());
  for (const redacted of [0, null, 'no']) {
    const call = engine.getResult(result.id, { redacted } as never);
    expect(await rejection(call)).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
      message: expect.stringContaining('"options.redacted" property must be of type boolean'),
    });
  }
});
