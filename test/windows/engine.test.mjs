// The public API on Windows, run by node.exe: tools/test-windows.mjs. Plain node:test, since Jest takes minutes to start
// under Wine. What needs POSIX is not repeated here; the C++ tests cover the rest of the engine.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

const require = createRequire(import.meta.url);
const { ExecutionEngine } = require('../../dist/index.js');

const puppet = path.join(path.dirname(process.env.ESCHER_EXECUTION_ENGINE_BINARY), 'puppet.exe');
const folder = mkdtempSync(path.join(os.tmpdir(), 'escher windows '));
const engines = [];
after(async () => {
  await Promise.all(engines.map((engine) => engine.shutdown({ graceMs: 0 })));
  rmSync(folder, { recursive: true, force: true });
});

function newEngine(config) {
  const engine = new ExecutionEngine(config);
  engines.push(engine);
  return engine;
}

const exec = (...args) => ({ command: { type: 'exec', program: puppet, args } });
const shell = (command) => ({ command: { type: 'shell', command } });

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function waitGone(pid) {
  const deadline = Date.now() + 30_000;
  while (isRunning(pid)) {
    assert.ok(Date.now() < deadline, `process ${pid} lives on`);
    await sleep(20);
  }
}

const firstLine = (run) => new Promise((resolve) => run.once('stdout', ({ line }) => resolve(line)));

test('a shell command runs by cmd.exe', async () => {
  const result = await newEngine().run(shell('echo one& echo two 1>&2& exit 5'));
  assert.equal(result.exitCode, 5);
  assert.equal(result.signal, null);
  assert.equal(result.stdout, 'one\r\n');
  assert.match(result.stderr, /^two/);
});

test('line events are exact and in order', async () => {
  const run = newEngine().run(exec('lines', '5000'));
  const lines = { stdout: [], stderr: [] };
  run.on('stdout', ({ line }) => lines.stdout.push(line));
  run.on('stderr', ({ line }) => lines.stderr.push(line));
  const result = await run;
  assert.equal(result.exitCode, 0);
  const expected = (first) => Array.from({ length: 2500 }, (_, i) => `line ${2 * i + first}`);
  assert.deepEqual(lines.stdout, expected(0));
  assert.deepEqual(lines.stderr, expected(1));
});

test('lines can be iterated', async () => {
  const lines = [];
  for await (const { line } of newEngine().run(exec('lines', '6'))) lines.push(line);
  assert.deepEqual(lines.sort(), ['line 0', 'line 1', 'line 2', 'line 3', 'line 4', 'line 5']);
});

test('hostile arguments arrive unchanged', async () => {
  const args = ['', 'a b', '"', '\\"', 'a\\', 'a b\\', '%PATH%', '^&|<>', '!x!', 'é€😀', "'"];
  const result = await newEngine().run(exec('argv', ...args));
  assert.equal(result.stdout, args.map((arg) => `[${arg}]\n`).join(''));
});

test('arguments of a batch file run no command', async () => {
  const batch = path.join(folder, 'show.cmd');
  const mark = path.join(folder, 'injected');
  writeFileSync(batch, `@"${puppet}" argv %*\r\n`);
  const args = [`x&echo>"${mark}"`, `"&echo>"${mark}"&"`, `|echo>${mark}`, 'plain', 'a b'];
  const engine = newEngine();
  for (const arg of args) {
    await engine.run({ command: { type: 'exec', program: batch, args: [arg] } });
    assert.equal(existsSync(mark), false, arg);
  }
  const shown = await engine.run({
    command: { type: 'exec', program: batch, args: ['plain', 'a b', 'x&y'] },
  });
  assert.equal(shown.stdout, '[plain]\n[a b]\n[x&y]\n');
  await assert.rejects(
    Promise.resolve(engine.run({ command: { type: 'exec', program: batch, args: ['a\nb'] } })),
    { code: 'ERR_VALIDATION' },
  );
});

test('a cancelled execution ends with its detached grandchild', async () => {
  const run = newEngine({ forceKillAfterDelayMs: 100 }).run(exec('tree', 'sleep'));
  const grandchild = Number(await firstLine(run));
  assert.equal(isRunning(grandchild), true);
  await run.cancel();
  const result = await run;
  assert.equal(result.status, 'cancelled');
  assert.equal(result.signal, null);
  assert.equal(result.termination.signals.at(-1), 'SIGKILL');
  assert.deepEqual(result.termination.survivors, []);
  await waitGone(grandchild);
});

test('a timeout ends the tree', async () => {
  const run = newEngine({ forceKillAfterDelayMs: 0 }).run({
    ...exec('tree', 'sleep'),
    timeoutMs: 1500,
  });
  const grandchild = Number(await firstLine(run));
  const result = await run;
  assert.equal(result.status, 'timeout');
  await waitGone(grandchild);
});

test('stdin is written and closed', async () => {
  const text = `${'x'.repeat(200_000)}end`;
  const result = await newEngine().run({ ...exec('cat'), input: text });
  assert.equal(result.stdout, text);
});

test('variables have no case', async () => {
  const result = await newEngine().run({
    ...exec('env', 'Escher_Test', 'env', 'PATH'),
    env: { ESCHER_TEST: 'yes', path: 'C:\\only' },
  });
  assert.equal(result.stdout, 'yes\nC:\\only\n');
});

test('300 executions run 20 at a time', async () => {
  const engine = newEngine({ maxConcurrentExecutions: 20, maxQueuedExecutions: 1000 });
  const numbers = Array.from({ length: 300 }, (_, i) => String(i));
  const results = await Promise.all(numbers.map((n) => engine.run(exec('argv', n))));
  assert.deepEqual(
    results.map(({ stdout }) => stdout),
    numbers.map((n) => `[${n}]\n`),
  );
});

test('a log file has every line', async () => {
  const outputLogPath = path.join(folder, 'logs', 'one.log');
  const result = await newEngine().run({ ...exec('lines', '200'), outputLogPath });
  assert.equal(result.logError ?? null, null);
  const lines = readFileSync(outputLogPath, 'utf8')
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('# '));
  assert.equal(lines.length, 200);
  assert.match(lines[0], /^\d{4}-\d\d-\d\dT\S+Z (stdout|stderr) line \d+$/);
});

test('output above the limit goes to an overflow file', async () => {
  const engine = newEngine({ overflowDir: path.join(folder, 'overflow') });
  const result = await engine.run({
    ...exec('bytes', '300000'),
    maxOutputSizeBytes: 1000,
    oversizedOutputStrategy: 'streamToFile',
  });
  assert.equal(result.overflowError ?? null, null);
  assert.equal(readFileSync(result.stdoutOverflowFile, 'utf8'), 'x'.repeat(300_000));
});

test('what has no meaning on Windows is refused by name', async () => {
  const engine = newEngine();
  const cases = [
    [{ limits: { nice: 3 } }, /limits\.nice/],
    [{ umask: 0o22 }, /umask/],
    [{ uid: 1000 }, /uid/],
    [{ pty: true }, /pty/],
  ];
  for (const [more, message] of cases) {
    await assert.rejects(
      async () => {
        await engine.run({ ...exec('argv'), ...more });
      },
      (error) => error.code === 'ERR_VALIDATION' && message.test(error.message),
      JSON.stringify(more),
    );
  }
});

test('a missing program is a typed error', async () => {
  await assert.rejects(
    async () => {
      await newEngine().run({ command: { type: 'exec', program: 'no-such-program-here' } });
    },
    { code: 'ERR_VALIDATION', reason: 'PROGRAM_NOT_FOUND' },
  );
});

test('the commands of a killed host end', async () => {
  const host = path.join(folder, 'host.cjs');
  writeFileSync(
    host,
    `const { ExecutionEngine } = require(${JSON.stringify(require.resolve('../../dist/index.js'))});
     const run = new ExecutionEngine().run({
       command: { type: 'exec', program: ${JSON.stringify(puppet)}, args: ['tree', 'sleep'] },
     });
     run.on('stdout', ({ line }) => console.log(line));`,
  );
  const child = spawn(process.execPath, [host], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = Number(await new Promise((resolve) => child.stdout.once('data', resolve)));
  assert.equal(isRunning(pid), true);
  child.kill('SIGKILL');
  await waitGone(pid);
});

test('shutdown ends what runs', async () => {
  const engine = newEngine({ forceKillAfterDelayMs: 100 });
  const run = engine.run(exec('tree', 'sleep'));
  const grandchild = Number(await firstLine(run));
  await engine.shutdown({ graceMs: 100 });
  assert.equal((await run).status, 'cancelled');
  await waitGone(grandchild);
});

test('an execution that a dead host left is reported from its journal', async () => {
  const journalDir = path.join(folder, 'journal');
  const host = path.join(folder, 'journal-host.cjs');
  writeFileSync(
    host,
    `const { ExecutionEngine } = require(${JSON.stringify(require.resolve('../../dist/index.js'))});
     const engine = new ExecutionEngine({ journalDir: ${JSON.stringify(journalDir)} });
     const run = engine.run({
       command: { type: 'exec', program: ${JSON.stringify(puppet)}, args: ['tree', 'sleep'] },
       metadata: { job: 'nine' },
     });
     run.on('stdout', ({ line }) => console.log(line));`,
  );
  const child = spawn(process.execPath, [host], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = Number(await new Promise((resolve) => child.stdout.once('data', resolve)));
  child.kill('SIGKILL');
  await waitGone(pid);
  const [found] = await newEngine({ journalDir }).recovered;
  assert.deepEqual(found.metadata, { job: 'nine' });
});
