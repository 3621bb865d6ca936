// Five tasks with execa and with the engine, side by side. docs/from-execa.md explains the differences.
import assert from 'node:assert/strict';
import { ExecutionEngine } from 'escher-execution-engine';
import { execa } from 'execa';

const engine = new ExecutionEngine();
const exec = (program, ...args) => ({ type: 'exec', program, args });

/** Both implementations of a task must return the same value. */
const tasks = {
  'output of a command': {
    execa: async () => (await execa('printf', ['%s\n', 'a b', '$HOME'])).stdout,
    // The engine keeps the last newline; execa strips it.
    engine: async () =>
      (await engine.run({ command: exec('printf', '%s\n', 'a b', '$HOME') })).stdout.trimEnd(),
  },

  'input, environment, working directory': {
    execa: async () =>
      (
        await execa('cat; echo "$WHO"; pwd', {
          input: 'hi\n',
          env: { WHO: 'me' },
          cwd: '/',
          shell: '/bin/bash',
        })
      ).stdout,
    engine: async () => {
      const command = { type: 'shell', command: 'cat; echo "$WHO"; pwd' };
      const request = { command, input: 'hi\n', env: { WHO: 'me' }, workingDir: '/' };
      return (await engine.run(request)).stdout.trimEnd();
    },
  },

  'live lines': {
    execa: async () => {
      const seen = [];
      for await (const line of execa('seq', ['1', '3'])) seen.push(line);
      return seen;
    },
    engine: async () => {
      const seen = [];
      for await (const line of engine.run({ command: exec('seq', '1', '3') }).lines('stdout'))
        seen.push(line);
      return seen;
    },
  },

  'a failure as an exception': {
    execa: async () => {
      const error = await execa('sh', ['-c', 'echo oops >&2; exit 3']).catch((thrown) => thrown);
      return [error.exitCode, error.stderr];
    },
    engine: async () => {
      const request = { command: exec('sh', '-c', 'echo oops >&2; exit 3') };
      const error = await engine.run(request, { reject: true }).catch((thrown) => thrown);
      return [error.result.exitCode, error.result.stderr.trimEnd()];
    },
  },

  'a timeout': {
    execa: async () => {
      const { timedOut, signal } = await execa('sleep', ['60'], { timeout: 200, reject: false });
      return [timedOut, signal];
    },
    engine: async () => {
      const { status, signal } = await engine.run({ command: exec('sleep', '60'), timeoutMs: 200 });
      return [status === 'timeout', signal];
    },
  },
};

for (const [name, task] of Object.entries(tasks)) {
  const [before, after] = [await task.execa(), await task.engine()];
  assert.deepEqual(after, before, name);
  console.log(`${name}: ${JSON.stringify(after)}`);
}
