import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { executionError, present, rejection } from '../../support/expectations';
import { factsOfLog, outputOfLog } from '../../support/log-file';
import { processStat } from '../../support/processes';
import { tempDir } from '../../support/temp';
import { waitFor } from '../../support/wait';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

test('the command has a controlling terminal with the defaults', async () => {
  const engine = makeEngine();
  const run = engine.run(sh('echo "$(stty size) $TERM"; read line', { pty: true }));
  await once(run as never, 'stdout');
  const pid = present(run.pid);
  expect(processStat(pid)?.tty).not.toBe(0);
  const names = [0, 1, 2].map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  expect(names[0]).toMatch(/^\/dev\/pts\/\d+$/);
  expect(new Set(names).size).toBe(1);
  run.stdin.end('\n');
  expect((await run).stdout).toBe('24 80 xterm-256color\r\n\r\n');
});

test('lines have no terminators, and readable() has the text of the terminal', async () => {
  const engine = makeEngine();
  const request = sh("printf 'a\\nb\\n'; stty -opost; printf 'c\\nd'", { pty: true });
  const lines: string[] = [];
  const run = engine.run(request);
  run.on('output', (event) => lines.push(...event.lines));
  let text = '';
  for await (const chunk of run.readable()) text += chunk;
  expect(text).toBe('a\r\nb\r\nc\nd');
  const kept: string[] = [];
  for await (const line of run.lines()) kept.push(line);
  expect(kept).toEqual(['a', 'b', 'c', 'd']);
  expect(lines.join('\n')).toBe('a\nb\nc\nd');
  expect(await run).toMatchObject({
    stdout: 'a\r\nb\r\nc\nd',
    stderr: '',
    outputIncomplete: false,
  });
});

test('input and its end can be sent by the id', async () => {
  const engine = makeEngine();
  const id = await engine.execute(sh('stty -echo; cat', { pty: true }));
  await engine.sendInput(id, 'one\n');
  await engine.closeInput(id);
  const { status, stdout } = await engine.waitForCompletion(id);
  expect(status).toBe('completed');
  expect(stdout).toContain('one\r\n');
});

test('input that is not echoed is in no file of the engine', async () => {
  const [journalDir, folder] = [tempDir(), tempDir()];
  const engine = makeEngine({ journalDir });
  const run = engine.run(
    sh('stty -echo; echo ready; read -r word; echo "got $word" | wc -c; read -r _', {
      pty: true,
      outputLogPath: path.join(folder, 'run.log'),
      recordPath: path.join(folder, 'run.cast'),
    }),
  );
  const seen: string[] = [];
  run.on('stdout', ({ line }) => seen.push(line));
  await waitFor('the prompt', () => seen.includes('ready'));
  run.stdin.write('hunter2-hunter2\n');
  await waitFor('the answer', () => seen.includes('20'));
  // The journal of a running execution: that of an ended one is empty.
  const journals = readdirSync(journalDir).map((name) => path.join(journalDir, name));
  expect(journals).not.toEqual([]);
  const texts = journals.map((file) => readFileSync(file, 'utf8'));
  expect(texts.join()).toContain(run.id);
  run.stdin.end('\n');
  expect((await run).stdout).toBe('ready\r\n20\r\n');
  const files = readdirSync(folder).map((name) => path.join(folder, name));
  expect(files).toHaveLength(2);
  texts.push(...files.map((file) => readFileSync(file, 'utf8')));
  expect(texts.join()).not.toContain('hunter2');
});

test('the end of `input` is the end-of-file character', async () => {
  const engine = makeEngine();
  const run = engine.run(sh('stty -echo; cat', { pty: true, input: 'one\ntwo' }));
  expect(run.stdin).toBeUndefined();
  const { status, stdout } = await run;
  expect(status).toBe('completed');
  expect(stdout).toContain('one\r\ntwo');
});

test('resize() of engine and handle', async () => {
  const engine = makeEngine();
  const loop = "trap 'stty size' WINCH; echo ready; while :; do sleep 0.01; done";
  const run = engine.run(sh(loop, { pty: { cols: 10, rows: 5 } }));
  const seen: string[] = [];
  run.on('stdout', ({ line }) => seen.push(line));
  await waitFor('the trap', () => seen.includes('ready'));
  await run.resize({ cols: 120, rows: 40 });
  await waitFor('the size', () => seen.includes('40 120'));
  await engine.resize(run.id, { cols: 65_535, rows: 1 });
  await waitFor('the size', () => seen.includes('1 65535'));
  await run.cancel();
  await run;
  await run.resize({ cols: 1, rows: 1 });
  await engine.resize(run.id, { cols: 1, rows: 1 });
});

test('resize() is refused without a terminal, and for bad sizes', async () => {
  const engine = makeEngine();
  const plain = engine.run(sh(LONG));
  const size = { cols: 80, rows: 24 };
  expect(await executionError(plain.resize(size))).toMatchObject({ code: 'ERR_IO' });
  expect(await executionError(engine.resize(plain.id, size))).toMatchObject({ code: 'ERR_IO' });
  expect(await executionError(engine.resize(UNKNOWN, size))).toMatchObject({
    code: 'ERR_EXECUTION_NOT_FOUND',
  });
  for (const [cols, rows] of [
    [0, 24],
    [80, 65_536],
    [80, 1.5],
    [Number.NaN, 24],
  ] as const) {
    for (const call of [plain.resize({ cols, rows }), engine.resize(plain.id, { cols, rows })]) {
      expect(await rejection(call)).toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
    }
  }
  expect(await rejection(plain.resize({ cols: 80 } as never))).toMatchObject({
    reason: 'MISSING_FIELD',
  });
  expect(await rejection(plain.resize('80x24' as never))).toMatchObject({
    code: 'ERR_INVALID_ARG_TYPE',
  });
});

test.each([
  [{ cols: 0 }, 'ERR_OUT_OF_RANGE', 'request.pty.cols'],
  [{ rows: 65_536 }, 'ERR_OUT_OF_RANGE', 'request.pty.rows'],
  [{ term: '' }, 'ERR_INVALID_ARG_VALUE', 'request.pty.term'],
  [{ term: 'a\0b' }, 'ERR_VALIDATION', 'pty.term'],
  [{ columns: 80 }, 'ERR_INVALID_ARG_VALUE', 'columns'],
  ['yes', 'ERR_INVALID_ARG_TYPE', 'request.pty'],
])('pty: %j is refused', async (pty, code, named) => {
  const engine = makeEngine();
  const error = (await rejection(engine.execute(sh('true', { pty: pty as never })))) as Error;
  expect(error).toMatchObject({ code });
  expect(error.message).toContain(named);
});

test('pty: false is none, and stdin: ignore is refused beside it', async () => {
  const engine = makeEngine();
  expect((await engine.run(sh('tty', { pty: false }))).stdout).toBe('not a tty\n');
  const both = engine.run(sh('true', { pty: true, stdin: 'ignore' }));
  expect(await rejection(both)).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
  const run = engine.run(sh('cat', { pty: true, stdin: 'pipe', mergeStderr: true }));
  run.stdin.end('x\n');
  expect((await run).stdout).toBe('x\r\nx\r\n');
});

test('secrets are redacted, and the log has lines without line ends', async () => {
  const engine = makeEngine();
  const log = path.join(tempDir(), 'run.log');
  const run = engine.run(
    sh('echo swordfish; cat', { pty: true, redact: ['swordfish'], outputLogPath: log }),
  );
  const lines: string[] = [];
  run.on('stdout', ({ line }) => lines.push(line));
  await waitFor('the line', () => lines.includes('***'));
  run.stdin.end('typed swordfish\n');
  const { stdout } = await run;
  expect(stdout).toBe('***\r\ntyped ***\r\ntyped ***\r\n');
  const logged = outputOfLog(log).map((line) => line.replace(/^\S+Z /, ''));
  expect(logged).toEqual(['stdout ***', 'stdout typed ***', 'stdout typed ***']);
  expect(factsOfLog(log).join()).not.toContain('swordfish');
});

test('timeouts, signals and limits work as with pipes', async () => {
  const engine = makeEngine();
  expect(await engine.run(sh(LONG, { pty: true, timeoutMs: 100 }))).toMatchObject({
    status: 'timeout',
  });
  expect(await engine.run(sh(LONG, { pty: true, idleTimeoutMs: 100 }))).toMatchObject({
    status: 'timeout',
  });
  const limited = engine.run(sh('ulimit -n', { pty: true, limits: { openFiles: 44 } }));
  expect((await limited).stdout).toBe('44\r\n');
  const killed = engine.run(exec('sleep', ['60'], { pty: true }));
  await once(killed as never, 'started');
  await killed.kill('SIGKILL');
  expect(await killed).toMatchObject({ status: 'failed', signal: 'SIGKILL' });
});
