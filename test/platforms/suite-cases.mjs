// The cases of suite.mjs, by their names. They use what every supported runtime has, and /bin/sh.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { ExecutionEngine, ExecutionError } from 'escher-execution-engine';

const require = createRequire(import.meta.url);
const sh = (command) => ({ command: { type: 'shell', command, shell: '/bin/sh' } });
const file = (name) => fileURLToPath(new URL(name, import.meta.url));

// Not detached: two processes, of which the second one leads a session of its own.
const TREE = 'setsid sh -c "echo \\$\\$; exec sleep 600" & sleep 600';

export const cases = {
  'import and require give the same classes': async () => {
    assert.equal(require('escher-execution-engine').ExecutionEngine, ExecutionEngine);
  },

  'a command gives its output, its exit code and its status': () =>
    withEngine(async (engine) => {
      const done = await engine.run(sh('echo out; echo err >&2; exit 3'));
      assert.deepEqual(
        [done.stdout, done.stderr, done.exitCode, done.success],
        ['out\n', 'err\n', 3, false],
      );
    }),

  'environment and working directory reach the command': () =>
    withEngine(async (engine) => {
      const request = { ...sh('echo "$NAME in $(pwd)"'), env: { NAME: 'ä b' }, workingDir: '/' };
      assert.equal((await engine.run(request)).stdout, 'ä b in /\n');
    }),

  'events arrive in their order': () =>
    withEngine(async (engine) => {
      const run = engine.run(sh('echo 1; echo 2'));
      const seen = [];
      run.on('started', () => seen.push('started'));
      run.on('stdout', ({ line }) => seen.push(line));
      run.on('completed', () => seen.push('completed'));
      await run;
      assert.deepEqual(seen, ['started', '1', '2', 'completed']);
    }),

  '20 000 lines arrive exactly and in order': () =>
    withEngine(async (engine) => {
      let next = 1;
      const run = engine.run(sh('seq 1 20000'));
      run.on('stdout', ({ line }) => {
        if (line === String(next)) next += 1;
      });
      await run;
      assert.equal(next, 20_001);
    }),

  'an iterator gives the lines, and may be left': () =>
    withEngine(async (engine) => {
      const lines = [];
      for await (const { line } of engine.run(sh('seq 1 5'))) lines.push(line);
      assert.deepEqual(lines, ['1', '2', '3', '4', '5']);
      const run = engine.run(sh('echo first; exec sleep 600'));
      for await (const { line } of run) {
        assert.equal(line, 'first');
        break;
      }
      await run.cancel();
    }),

  'stdin is written and closed': () =>
    withEngine(async (engine) => {
      assert.equal(
        (await engine.run({ command: { type: 'exec', program: 'cat' }, input: 'all at once' }))
          .stdout,
        'all at once',
      );
      const run = engine.run({ command: { type: 'exec', program: 'cat' }, stdin: 'pipe' });
      run.stdin.write('in ');
      run.stdin.end('parts');
      assert.equal((await run).stdout, 'in parts');
    }),

  'an unknown program is a typed error': () =>
    withEngine(async (engine) => {
      const error = await rejection(
        engine.run({ command: { type: 'exec', program: 'no-such-program-anywhere' } }),
      );
      assert.ok(error instanceof ExecutionError);
      assert.deepEqual([error.code, error.reason], ['ERR_VALIDATION', 'PROGRAM_NOT_FOUND']);
    }),

  'a wrong request names the field': () =>
    withEngine(async (engine) => {
      const error = await rejection(engine.run({ ...sh('true'), timeoutMs: -1 }));
      assert.match(error.message, /timeoutMs/);
    }),

  'a timeout ends the whole tree': () =>
    withEngine(async (engine) => {
      let grandchild = 0;
      // Long enough for a busy machine to start three processes.
      const run = engine.run({ ...sh(TREE), timeoutMs: 4000, forceKillAfterDelayMs: 1000 });
      run.on('stdout', ({ line }) => {
        grandchild = Number(line);
      });
      assert.equal((await run).status, 'timeout');
      assert.ok(grandchild > 0);
      assert.equal(isAlive(grandchild), false);
    }),

  'an abort signal cancels': () =>
    withEngine(async (engine) => {
      const controller = new AbortController();
      const run = engine.run(sh('echo ready; exec sleep 600'), { signal: controller.signal });
      run.on('stdout', () => controller.abort());
      const outcome = await run.then(
        ({ status }) => status,
        ({ name }) => name,
      );
      assert.match(outcome, /cancelled|AbortError/);
    }),

  '100 commands, 20 at a time': () =>
    withEngine(
      async (engine) => {
        const runs = Array.from({ length: 100 }, (_, i) => engine.run(sh(`echo ${i}`)));
        const outputs = (await Promise.all(runs)).map(({ stdout }) => stdout);
        assert.deepEqual(
          outputs,
          runs.map((_, i) => `${i}\n`),
        );
      },
      { maxConcurrentExecutions: 20, maxQueuedExecutions: 100 },
    ),

  'a command gets a terminal': () =>
    withEngine(async (engine) => {
      const { stdout } = await engine.run({ ...sh('tty && stty size'), pty: { cols: 90, rows: 30 } });
      assert.match(stdout, /^\/dev\/\S+\r\n30 90\r\n$/);
    }),

  'shutdown ends what runs, and the engine refuses more': async () => {
    const engine = new ExecutionEngine();
    const run = engine.run(sh('echo $$; exec sleep 600'));
    let pid = 0;
    run.on('stdout', ({ line }) => {
      pid = Number(line);
    });
    await until('the command', () => pid > 0);
    await engine.shutdown({ graceMs: 1000 });
    assert.equal(isAlive(pid), false);
    assert.equal((await rejection(engine.run(sh('true')))).code, 'ERR_ENGINE_CLOSED');
  },

  'a worker thread has an engine of its own': async () => {
    const worker = new Worker(file('suite-worker.mjs'));
    const [message] = await once(worker, 'message');
    assert.deepEqual(message, { stdout: 'from a worker\n' });
    await worker.terminate();
  },

  'a program with a finished engine ends by itself': async () => {
    const { code } = await host('ends');
    assert.equal(code, 0);
  },

  'process.exit() in the middle ends the commands': async () => {
    const { code, pids } = await host('exits');
    assert.equal(code, 7);
    assert.equal(pids.length, 2);
    for (const pid of pids) await until(`the end of ${pid}`, () => !isAlive(pid));
  },

  'the death of the host ends the commands': async () => {
    const { signal, pids } = await host('is killed');
    assert.equal(signal, 'SIGKILL');
    assert.equal(pids.length, 2);
    for (const pid of pids) await until(`the end of ${pid}`, () => !isAlive(pid));
  },
};

async function withEngine(use, config = {}) {
  const engine = new ExecutionEngine(config);
  try {
    await use(engine);
  } finally {
    await engine.shutdown({ graceMs: 1000 });
  }
}

/** Runs suite-host.mjs in this runtime. `pids` are the processes that it reports. */
async function host(mode) {
  const [program, ...options] = JSON.parse(process.env.ESCHER_SUITE_RUNTIME);
  const child = spawn(program, [...options, file('suite-host.mjs'), mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
    if (mode === 'is killed' && pidsIn(text).length === 2) child.kill('SIGKILL');
  });
  const [code, signal] = await once(child, 'close');
  return { code, signal, pids: pidsIn(text) };
}

const pidsIn = (text) => (text.match(/^\d+$/gm) ?? []).map(Number);

async function rejection(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not reject');
}

/** Waits for a fact; a case that never sees it is ended by suite.mjs. */
async function until(what, isTrue) {
  for (let i = 0; !isTrue(); i += 1) {
    if (i === 2400) throw new Error(`waited in vain for ${what}`);
    await delay(50);
  }
}

/** A zombie that no process reaps, as in a container without an init, has ended. */
function isAlive(pid) {
  try {
    const stat = require('node:fs').readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/\) [ZX]/.test(stat);
  } catch {
    return false;
  }
}
